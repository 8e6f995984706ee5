//! Going on from a checkpoint.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use burn::module::Module;
use burn::record::Recorder as _;
use burn::tensor::backend::AutodiffBackend;
use burn_adagrad::SparseNN;

use crate::Recorder;
use crate::options::Options;

/// What a checkpoint consists of.
const PARTS: [&str; 3] = ["model", "optim", "scheduler"];

/// Where burn puts the checkpoints.
pub fn directory(options: &Options) -> PathBuf {
    options.dir.join("checkpoint")
}

/// The epoch after which the run continues; `None` for a new run.
pub fn last_epoch(options: &Options) -> anyhow::Result<Option<usize>> {
    let dir = options.dir.display();
    let Some(resume) = &options.resume else {
        let is_used = fs::read_dir(&options.dir).is_ok_and(|mut files| files.next().is_some());
        ensure!(
            !is_used,
            "{dir} is not empty: go on with the run in it by --resume, or name another folder by --dir"
        );
        fs::create_dir_all(&options.dir).with_context(|| dir.to_string())?;
        return Ok(None);
    };
    let epochs = saved_epochs(options)?;
    let Some(&last) = epochs.last() else {
        bail!(
            "{}: there is no checkpoint to go on from",
            directory(options).display()
        );
    };
    if resume == "last" {
        return Ok(Some(last));
    }
    let epoch = resume.parse().ok().with_context(|| {
        format!("--resume {resume} (must be an epoch, or nothing for the last)")
    })?;
    let known = epochs.iter().map(usize::to_string).collect::<Vec<_>>();
    ensure!(
        epochs.contains(&epoch),
        "--resume {epoch}: {} has checkpoints of the epochs {} only",
        directory(options).display(),
        known.join(", ")
    );
    Ok(Some(epoch))
}

/// The epochs with a whole checkpoint, ascending.
fn saved_epochs(options: &Options) -> anyhow::Result<Vec<usize>> {
    let directory = directory(options);
    let files = fs::read_dir(&directory).with_context(|| directory.display().to_string())?;
    let mut epochs = Vec::new();
    for file in files {
        let name = file?.file_name();
        let epoch = name.to_str().and_then(|name| {
            let epoch = name.strip_prefix("model-")?.strip_suffix(".mpk")?;
            epoch.parse::<usize>().ok()
        });
        epochs.extend(epoch);
    }
    let is_whole = |epoch: &usize| {
        PARTS
            .iter()
            .all(|part| directory.join(format!("{part}-{epoch}.mpk")).exists())
    };
    epochs.retain(is_whole);
    epochs.sort_unstable();
    Ok(epochs)
}

/// Checks that a checkpoint can be read and is one of this model, which burn would tell by a panic.
pub fn check<B: AutodiffBackend>(
    options: &Options,
    epoch: usize,
    model: &SparseNN<B>,
    device: &B::Device,
) -> anyhow::Result<()> {
    let path = directory(options).join(format!("model-{epoch}"));
    let file = || format!("{}.mpk", path.display());
    let record = Recorder::default()
        .load(path.clone(), device)
        .map_err(|error| anyhow::anyhow!("{error}"))
        .with_context(file)?;
    let loaded = model.clone().load_record(record);
    let (found, expected) = (loaded.fc1.weight.dims(), model.fc1.weight.dims());
    ensure!(
        found == expected,
        "{}: the model has {} features and {} hidden neurons, not {} and {}",
        file(),
        found[0],
        found[1],
        expected[0],
        expected[1]
    );
    Ok(())
}
