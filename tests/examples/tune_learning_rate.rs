//! The programs that tune and that show what tuning gives, run as programs.
#![cfg(all(feature = "any-backend", not(any(feature = "wgpu", feature = "cuda"))))]

use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use crate::common::example::{example, lines};
use serde_json::Value;

fn run(name: &str, dir: &Path, options: &str) -> Output {
    let options = options.split_whitespace();
    example(name)
        .current_dir(dir)
        .args(options)
        .output()
        .unwrap()
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Ended at any moment, the run that goes on comes to the results of one that was never ended, and runs no
/// trial twice.
#[test]
fn tuning_survives_being_killed() {
    const OPTIONS: &str = "--epochs 2 --seeds 4 --rates 8 --threads 2 --out";
    let dir = tempfile::tempdir().unwrap();
    let straight = run(
        "tune_learning_rate",
        dir.path(),
        &format!("{OPTIONS} straight"),
    );
    assert_eq!(straight.status.code(), Some(0), "{straight:?}");
    let journal = dir.path().join("straight/trials.jsonl");
    let trials = fs::read_to_string(&journal).unwrap().lines().count() - 1;
    // At least the grid, four optimizers with eight rates over four seeds, and what lies beyond it.
    assert!(trials >= 4 * 8 * 4);

    let journal = dir.path().join("killed/trials.jsonl");
    let mut kept = 0;
    for _ in 0..3 {
        let mut child = example("tune_learning_rate")
            .current_dir(dir.path())
            .args(format!("{OPTIONS} killed").split(' '))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // Until some more trials have ended.
        let start = Instant::now();
        let count = || fs::read_to_string(&journal).map_or(0, |text| text.matches('\n').count());
        while count() < kept + 9 && start.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(1));
        }
        // SIGKILL: nothing is left to clean up.
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(count() >= kept, "lines were lost");
        kept = count();
        assert!(kept > 1);
    }
    let before = fs::read_to_string(&journal).unwrap();
    let whole = before.rfind('\n').unwrap() + 1;
    let resumed = run(
        "tune_learning_rate",
        dir.path(),
        &format!("{OPTIONS} killed"),
    );
    assert_eq!(resumed.status.code(), Some(0), "{resumed:?}");
    assert_eq!(lines(&resumed.stdout), lines(&straight.stdout));
    let after = fs::read_to_string(&journal).unwrap();
    assert!(
        after.starts_with(&before[..whole]),
        "trials that had ended were run again"
    );
    assert_eq!(after.lines().count(), 1 + trials);
    let results = |folder: &str| json(&dir.path().join(folder).join("results.json"));
    assert_eq!(results("killed"), results("straight"));
}

#[test]
fn tuning_prints_a_table_and_the_best() {
    let dir = tempfile::tempdir().unwrap();
    let options = "--optimizers adagrad,sm3 --epochs 1 --seeds 2 --low 0.01 --high 1 --rates 3 \
                   --epsilons 1e-8,1e-4 --out here";
    let output = run("tune_learning_rate", dir.path(), options);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let printed = lines(&output.stdout);
    // The head of the table, two optimizers with two ε and three rates and those beyond them, and an empty line.
    let settings = printed.len() - (2 + 1 + 2);
    assert!(settings >= 12 && settings.is_multiple_of(2), "{printed:?}");
    assert!(
        printed[2..2 + settings]
            .iter()
            .any(|line| line.starts_with("| Adagrad | 0.01 | 0.00000001 | – | 2 | 0.")),
        "{printed:?}"
    );
    assert!(
        printed[3 + settings].starts_with("Best: Adagrad, learning rate "),
        "{printed:?}"
    );
    assert!(
        printed[4 + settings].starts_with("Best: SM3, learning rate "),
        "{printed:?}"
    );
    let results = json(&dir.path().join("here/results.json"));
    assert_eq!(results["settings"].as_array().unwrap().len(), settings);
    // All rates were tried with an ε of the user's.
    let again = run(
        "tune_learning_rate",
        dir.path(),
        &format!("{options} --fresh"),
    );
    assert_eq!(again.stdout, output.stdout);
    let other = run(
        "tune_learning_rate",
        dir.path(),
        &options.replace("--epochs 1", "--epochs 2"),
    );
    assert_eq!(other.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&other.stderr).contains("the journal is of"),
        "{other:?}"
    );
}

#[test]
fn tuned_comparisons_say_their_rates_and_repeat() {
    let dir = tempfile::tempdir().unwrap();
    let options = "--optimizers Adagrad,sgd,ADAM,RMSprop,AdagradNorm --tuned --tune-seeds 1 \
                   --epochs 1 --seeds 3 --out here";
    let output = run("compare_optimizers", dir.path(), options);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let printed = lines(&output.stdout);
    assert_eq!(printed[5].split(':').next(), Some("AdagradNorm"));
    assert_eq!(
        printed[7],
        "| optimizer | learning rate | seeds | accuracy | less Adagrad's, 95 % interval |"
    );
    let text = printed.join("\n");
    assert!(text.contains("Does the article's ranking hold (Adagrad > Adam > SGD > RMSprop)?"));

    let results = json(&dir.path().join("here/results.json"));
    for (i, runs) in results["optimizers"].as_array().unwrap().iter().enumerate() {
        let name = runs["optimizer"].as_str().unwrap();
        let settings = results["tuning"]["settings"].as_array().unwrap();
        let own: Vec<&Value> = settings.iter().filter(|s| s["optimizer"] == name).collect();
        assert_eq!(own.len(), 11);
        let value = |setting: &Value| setting["value_mean"].as_f64().unwrap_or(f64::MIN);
        let best = own
            .iter()
            .map(|setting| value(setting))
            .fold(f64::MIN, f64::max);
        let lr = own
            .iter()
            .find(|setting| setting["learning_rate"] == runs["lr"])
            .unwrap();
        assert_eq!(value(lr), best, "{name}");
        let lr = runs["lr"].as_f64().unwrap();
        assert!(printed[9 + i].starts_with(&format!("| {name} | {lr} | 3 | 0.")));
        let accuracy = |runs: &Value| -> Vec<f64> {
            let runs = runs["runs"].as_array().unwrap().iter();
            runs.map(|run| run["accuracy"].as_f64().unwrap()).collect()
        };
        let (own, adagrad) = (accuracy(runs), accuracy(&results["optimizers"][0]));
        let mean = own.iter().zip(&adagrad).map(|(a, b)| a - b).sum::<f64>() / 3.0;
        match runs["difference_to_adagrad"]["mean"].as_f64() {
            Some(difference) => assert!((difference - mean).abs() < 1e-12),
            None => assert_eq!(name, "Adagrad"),
        }
    }
    let markdown = fs::read_to_string(dir.path().join("here/results.md")).unwrap();
    assert!(markdown.starts_with(&printed[7..].join("\n")));
    for picture in [
        "losses.svg",
        "loss_bands.svg",
        "rates.svg",
        "memory.svg",
        "memory.csv",
    ] {
        assert!(dir.path().join("here").join(picture).exists(), "{picture}");
    }
    assert_eq!(
        run("compare_optimizers", dir.path(), options).stdout,
        output.stdout
    );
}

#[test]
fn comparisons_at_several_sparsities() {
    let dir = tempfile::tempdir().unwrap();
    let options = "--epochs 1 --seeds 2 --sparsities 0,0.9 --out here";
    let output = run("compare_optimizers", dir.path(), options);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let printed = lines(&output.stdout);
    assert_eq!(printed[2], "| sparsity | Adagrad | SGD | Adam | RMSprop |");
    assert!(printed[4].starts_with("| 0 | 0.") && printed[5].starts_with("| 0.9 | 0."));
    assert!(printed[4].contains("(0.01)"));
    assert!(printed[7].starts_with("Sparsity 0. Does the article's ranking hold"));
    let results = json(&dir.path().join("here/sparsities.json"));
    assert_eq!(results["sparsities"][1]["sparsity"], 0.9);
    for table in ["sparsities.csv", "sparsities_less_adagrad.csv"] {
        assert!(dir.path().join("here").join(table).exists(), "{table}");
    }
}

#[test]
fn small_problems_show_both_sides() {
    let dir = tempfile::tempdir().unwrap();
    // The cells of a table, by optimizer.
    let table = |name: &str, options: &str| -> Vec<(String, Vec<f64>)> {
        let output = run(name, dir.path(), &format!("{options} --out here"));
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(dir.path().join(format!("here/{name}.csv")).exists());
        let row = |line: String| {
            let mut cells = line
                .trim_matches('|')
                .split('|')
                .map(|cell| cell.trim().to_owned());
            let name = cells.next().unwrap();
            // A dash where there is nothing to compare with.
            let number = |cell: String| cell.split(' ').next().unwrap().parse().unwrap_or(f64::NAN);
            (name, cells.map(number).collect())
        };
        lines(&output.stdout)[4..]
            .iter()
            .cloned()
            .map(row)
            .collect()
    };
    let cell = |table: &[(String, Vec<f64>)], name: &str, column: usize| {
        let row = table
            .iter()
            .find(|row| row.0.split(',').next() == Some(name));
        row.unwrap().1[column]
    };

    let changing = table("changing_targets", "--steps 8000 --rates 4 --seeds 2");
    // Columns: rate, before the change, soon after it, at the end.
    let adagrad = cell(&changing, "Adagrad", 2);
    for forgetful in ["Adagrad-decay", "Adadelta", "RMSprop", "Adam"] {
        assert!(
            cell(&changing, forgetful, 2) < 0.7 * adagrad,
            "{forgetful}: {changing:?}"
        );
    }

    let frequency = table("feature_frequency", "--steps 2000 --rates 4 --seeds 3");
    let adagrad = cell(&frequency, "Adagrad", 2);
    for other in ["SGD", "Adam", "RMSprop", "Adadelta"] {
        assert!(
            cell(&frequency, other, 2) > adagrad,
            "{other}: {frequency:?}"
        );
    }

    let rates = table("diminishing_rate", "--steps 2500");
    // The rate falls with the root of the gradients seen: 0.01/√2500 and 0.01/√50 at the end.
    assert!(
        (cell(&rates, "Adagrad", 1) / 2.05e-4 - 1.0).abs() < 0.02,
        "{rates:?}"
    );
    assert!(
        (cell(&rates, "Adagrad", 3) / 1.45e-3 - 1.0).abs() < 0.05,
        "{rates:?}"
    );
    assert!(cell(&rates, "RMSprop", 1) > 0.5 * cell(&rates, "RMSprop", 0));
}

#[test]
fn bad_options_are_one_line_and_exit_2() {
    let dir = tempfile::tempdir().unwrap();
    for (name, options, expected) in [
        (
            "compare_optimizers",
            "--optimizers adagrad,sdg",
            "no optimizer is called \"sdg\"",
        ),
        (
            "compare_optimizers",
            "--sparsities 1",
            "--sparsities 1 (must be at least 0 and below 1)",
        ),
        (
            "compare_optimizers",
            "--tuned --lr 0.1",
            "cannot be used with",
        ),
        ("compare_optimizers", "--tune-seeds 2", "--tuned"),
        ("tune_learning_rate", "--low 0", "learning_rates = "),
        (
            "tune_learning_rate",
            "--optimizers Adadelta --epsilons 0",
            "above 0 for Adadelta",
        ),
        (
            "diminishing_rate",
            "--lr nan",
            "it must be finite and above 0",
        ),
        (
            "tune_learning_rate",
            "--rates 0",
            "number of learning rates = 0",
        ),
        (
            "tune_learning_rate",
            "--optimizers sgd --epsilons 1",
            "SGD has no option `epsilon`",
        ),
        (
            "changing_targets",
            "--steps 3",
            "--steps 3 (must be at least 20)",
        ),
    ] {
        let output = run(name, dir.path(), options);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{name} {options}: {output:?}"
        );
        let errors = lines(&output.stderr);
        assert_eq!(errors.len(), 1, "{name} {options}: {errors:?}");
        assert!(errors[0].contains(expected), "{name} {options}: {errors:?}");
    }
}
