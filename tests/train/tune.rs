//! Tuning: the same results whatever the threads and however often it is stopped.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::backend::{Autodiff, Flex};
use burn_adagrad::SparseDataConfig;
use burn_adagrad::error::{JournalErrorKind, TuneError};
use burn_adagrad::train::{DataSource, ExperimentConfig, Split};
use burn_adagrad::tune::{Score, Trial, TuneConfig, Tuning, log_grid, tune, tune_sparse_nn};
use tempfile::TempDir;

fn config() -> TuneConfig {
    let names = ["a", "b"].map(str::to_owned).to_vec();
    TuneConfig::new(names, vec![0.01, 0.1, 1.0], vec![7, 8, 9]).with_threads(3)
}

/// Best at a rate of 0.1, with a number that only an exact float survives.
fn objective(trial: &Trial) -> Result<Score, Infallible> {
    let distance = (trial.learning_rate.log10() + 1.0).abs();
    let noise = (trial.seed as f64 * 0.7).sin() / 30.0;
    Ok(Score {
        value: 1.0 / 3.0 - distance + noise,
        loss: distance.exp() / 7.0,
    })
}

fn run(config: &TuneConfig, journal: Option<&Path>) -> Tuning {
    tune(config, "test", journal, objective, |_| ()).unwrap()
}

#[test]
fn results_do_not_depend_on_the_threads() {
    let alone = run(&config().with_threads(1), None);
    for threads in [2, 5, 64] {
        assert_eq!(run(&config().with_threads(threads), None), alone);
    }
    assert_eq!(alone.settings.len(), 6);
    let best = alone.best("b").unwrap();
    assert_eq!((best.setting.learning_rate, best.seeds), (0.1, 3));
    assert!(!alone.best_is_at_the_edge("b"));
    assert!(alone.best("c").is_none());
}

/// The same with networks, which train on the threads.
#[test]
fn networks_train_the_same_on_any_number_of_threads() {
    let run = |threads| {
        let names = ["Adagrad", "SGD", "Adam"].map(str::to_owned).to_vec();
        let config = TuneConfig::new(names, vec![0.01, 0.1], vec![1, 2]).with_threads(threads);
        let source = DataSource::Synthetic(SparseDataConfig::new().with_n_samples(60));
        let experiment = ExperimentConfig::new().with_num_epochs(2);
        let device = Default::default();
        tune_sparse_nn::<Autodiff<Flex>>(&config, &source, &experiment, None, &device, |_| ())
            .unwrap()
    };
    assert_eq!(run(1), run(4));
}

/// The test rows may hold anything.
#[test]
fn test_rows_are_not_looked_at() {
    let data = |seed| {
        let config = SparseDataConfig::new().with_n_samples(100).with_seed(seed);
        burn_adagrad::generate_sparse_data(&config).unwrap()
    };
    let run = |test_seed| {
        let config = TuneConfig::new(vec!["Adagrad".into()], vec![0.1], vec![3]);
        let source = DataSource::Given(Split::new(data(1), data(test_seed)).unwrap());
        let experiment = ExperimentConfig::new().with_num_epochs(2);
        let device = Default::default();
        tune_sparse_nn::<Autodiff<Flex>>(&config, &source, &experiment, None, &device, |_| ())
            .unwrap()
    };
    assert_eq!(run(2), run(5));
}

#[test]
fn a_stopped_run_goes_on_where_it_was() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("trials.jsonl");
    let straight = run(&config(), Some(&path));
    let whole = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    assert_eq!(lines.len(), 1 + 18);

    // Cut anywhere: within the header, a line, or between two.
    for cut in [
        0,
        5,
        lines[0].len(),
        whole.len() / 2,
        whole.len() - 1,
        whole.len(),
    ] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let kept = whole[..cut].matches('\n').count().saturating_sub(1);
        let calls = AtomicUsize::new(0);
        let progress = Mutex::new(Vec::new());
        let resumed = tune(
            &config(),
            "test",
            Some(&path),
            |trial| {
                calls.fetch_add(1, Ordering::Relaxed);
                objective(trial)
            },
            |step| progress.lock().unwrap().push((step.done, step.total)),
        );
        assert_eq!(resumed.unwrap(), straight, "cut at {cut}");
        assert_eq!(calls.into_inner(), 18 - kept, "cut at {cut}");
        let progress = progress.into_inner().unwrap();
        assert!(
            progress
                .iter()
                .copied()
                .eq((kept..=18).map(|done| (done, 18)))
        );
        let again = std::fs::read_to_string(&path).unwrap();
        assert_eq!(again.lines().count(), 19);
        assert!(again.starts_with(&whole[..whole[..cut].rfind('\n').map_or(0, |end| end + 1)]));
    }
}

#[test]
fn journals_of_others_and_broken_lines_are_refused() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("trials.jsonl");
    run(&config(), Some(&path));
    let name = path.display();
    let error = tune(&config(), "another", Some(&path), objective, |_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{name}: the journal is of \"test\", not of \"another\"")
    );
    let text = std::fs::read_to_string(&path).unwrap();
    let broken = text.replacen("learning_rate", "learning_tate", 2);
    std::fs::write(&path, broken).unwrap();
    let error = tune(&config(), "test", Some(&path), objective, |_| ()).unwrap_err();
    let message = error.to_string();
    assert!(
        message.starts_with(&format!("{name}:2: missing field `learning_rate`")),
        "{message}"
    );
    let folder = tune(&config(), "test", Some(dir.path()), objective, |_| ()).unwrap_err();
    let TuneError::Journal(folder) = folder else {
        panic!("{folder}")
    };
    assert!(matches!(folder.kind(), JournalErrorKind::Io(_)), "{folder}");
    let source = std::error::Error::source(&folder).expect("what the system said");
    assert!(source.is::<std::io::Error>(), "{source:?}");
}

/// More settings than the journal has: those it has are not run again.
#[test]
fn a_larger_grid_uses_what_a_smaller_one_found() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("trials.jsonl");
    run(&config(), Some(&path));
    let mut larger = config();
    larger.seeds = vec![8, 7, 9, 10];
    let calls = AtomicUsize::new(0);
    let counted = |trial: &Trial| {
        calls.fetch_add(1, Ordering::Relaxed);
        assert_eq!(trial.seed, 10);
        objective(trial)
    };
    let tuning = tune(&larger, "test", Some(&path), counted, |_| ()).unwrap();
    assert_eq!(calls.into_inner(), 6);
    assert_eq!(tuning, run(&larger, None));
}

#[test]
fn hopeless_rates_get_one_seed() {
    // Values a whole unit apart for each factor of ten from the best.
    let config = config().with_drop_below(Some(0.5));
    let seeds = Mutex::new(BTreeMap::<String, usize>::new());
    let mut last = (0, 0);
    let tuning = tune(
        &config,
        "test",
        None,
        |trial| {
            *seeds
                .lock()
                .unwrap()
                .entry(trial.setting.to_string())
                .or_default() += 1;
            objective(trial)
        },
        |step| last = (step.done, step.total),
    )
    .unwrap();
    assert_eq!(last, (10, 10));
    for result in &tuning.settings {
        let expected = if result.setting.learning_rate == 0.1 {
            3
        } else {
            1
        };
        assert_eq!(result.seeds, expected, "{}", result.setting);
        assert_eq!(seeds.lock().unwrap()[&result.setting.to_string()], expected);
    }
    let full = run(&config.with_drop_below(None), None);
    assert_eq!(tuning.best("a").unwrap(), full.best("a").unwrap());
}

#[test]
fn the_best_is_by_value_then_loss_then_rate_and_never_nan() {
    let best = |scores: [(f64, f64); 3]| {
        let config = TuneConfig::new(vec!["a".into()], vec![1.0, 2.0, 3.0], vec![0]);
        let objective = |trial: &Trial| -> Result<Score, Infallible> {
            let (value, loss) = scores[trial.learning_rate as usize - 1];
            Ok(Score { value, loss })
        };
        let tuning = tune(&config, "test", None, objective, |_| ()).unwrap();
        tuning.best("a").unwrap().setting.learning_rate
    };
    assert_eq!(best([(0.5, 1.0), (0.7, 9.0), (0.6, 0.0)]), 2.0);
    assert_eq!(best([(0.7, 1.0), (0.7, 0.5), (0.7, 2.0)]), 2.0);
    assert_eq!(best([(0.7, 1.0), (0.7, 1.0), (0.1, 0.0)]), 1.0);
    assert_eq!(best([(f64::NAN, 0.0), (0.1, f64::NAN), (0.1, 5.0)]), 3.0);
}

#[test]
fn a_failing_objective_stops_all() {
    let config = config().with_threads(1);
    let calls = AtomicUsize::new(0);
    let failing = |trial: &Trial| {
        calls.fetch_add(1, Ordering::Relaxed);
        match trial.learning_rate {
            0.1 => Err("the disk is full"),
            _ => Ok(Score {
                value: 0.0,
                loss: 0.0,
            }),
        }
    };
    let error = tune(&config, "test", None, failing, |_| ()).unwrap_err();
    assert_eq!(error.to_string(), "a, learning rate 0.1: the disk is full");
    assert_eq!(calls.into_inner(), 2);
}

/// The best rate is 0.1; these grids lie below it, above it, and on one side at a time.
#[test]
fn grids_widen_until_the_best_rate_lies_inside() {
    for rates in [
        vec![1e-4, 1e-3],
        vec![10.0, 1.0],
        vec![0.01, 0.1],
        vec![0.1, 1.0, 10.0],
    ] {
        let mut narrow = config();
        narrow.learning_rates = rates.clone();
        let error = run(&narrow, None).best_inside("a").unwrap_err();
        assert!(matches!(error, TuneError::AtTheEdge { .. }), "{error}");
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("trials.jsonl");
        for threads in [1, 3, 1] {
            let wide = narrow.clone().with_widen(4).with_threads(threads);
            let tuning = run(&wide, Some(&path));
            for optimizer in ["a", "b"] {
                let best = tuning.best_inside(optimizer).unwrap();
                assert_eq!((best.setting.learning_rate, best.seeds), (0.1, 3));
                let tried: Vec<f64> = tuning
                    .of(optimizer)
                    .map(|result| result.setting.learning_rate)
                    .collect();
                assert!(tried.is_sorted(), "{tried:?}");
                assert!(rates.iter().all(|rate| tried.contains(rate)), "{tried:?}");
            }
        }
        // Nothing is tried twice.
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        let settings = run(&narrow.clone().with_widen(4), None).settings.len();
        assert_eq!(lines, 1 + 3 * settings);
    }
}

/// Under this objective larger is always better: no grid holds the best rate.
#[test]
fn a_best_rate_at_the_edge_is_refused() {
    let larger = |trial: &Trial| -> Result<Score, Infallible> {
        let value = trial.learning_rate;
        Ok(Score { value, loss: 0.0 })
    };
    let config = config().with_widen(2);
    let tuning = tune(&config, "test", None, larger, |_| ()).unwrap();
    assert_eq!(
        tuning.best_inside("a").unwrap_err().to_string(),
        "a: the best learning rate, 100, is at the edge of those that were tried, 0.01 to 100: \
         try more beyond it"
    );
    let error = tuning.best_inside("c").unwrap_err();
    assert_eq!(error.to_string(), "c was not tuned");
    let mut one = config.clone();
    one.learning_rates = vec![0.5];
    let tuning = tune(&one, "test", None, larger, |_| ()).unwrap();
    assert_eq!(tuning.best_inside("a").unwrap().setting.learning_rate, 0.5);
}

/// What is given up in the grid is given up beyond it, and progress counts to the end.
#[test]
fn widening_goes_with_giving_up() {
    let mut narrow = config().with_widen(6).with_drop_below(Some(1.5));
    narrow.learning_rates = vec![1e-4, 1e-3, 1e-2];
    let mut last = None;
    let tuning = tune(&narrow, "test", None, objective, |progress| {
        last = Some((progress.done, progress.total));
    })
    .unwrap();
    assert_eq!(tuning.best_inside("a").unwrap().setting.learning_rate, 0.1);
    let trials: usize = tuning.settings.iter().map(|result| result.seeds).sum();
    assert_eq!(last, Some((trials, trials)));
    assert!(tuning.settings.iter().any(|result| result.seeds == 1));
}

/// What is not a journal of this run is left as it is.
#[test]
fn other_files_are_not_touched() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("notes.txt");
    for text in ["dear diary", "{\"tuning\":\"test\"} and more", "one\ntwo"] {
        std::fs::write(&path, text).unwrap();
        let error = tune(&config(), "test", Some(&path), objective, |_| ()).unwrap_err();
        let TuneError::Journal(error) = error else {
            panic!("{error}")
        };
        assert_eq!((error.path(), error.line()), (path.as_path(), Some(1)));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

/// Two at a time would write into one another's lines.
#[test]
fn a_journal_is_for_one_at_a_time() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("trials.jsonl");
    let nested = |trial: &Trial| {
        let error = tune(&config(), "test", Some(&path), objective, |_| ()).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("another process tunes with this journal"),
            "{error}"
        );
        objective(trial)
    };
    tune(
        &config().with_threads(1),
        "test",
        Some(&path),
        nested,
        |_| (),
    )
    .unwrap();
    run(&config(), Some(&path));
}

#[test]
fn a_panicking_objective_is_an_error() {
    let calls = AtomicUsize::new(0);
    let panicking = |trial: &Trial| -> Result<Score, Infallible> {
        calls.fetch_add(1, Ordering::Relaxed);
        panic!("no seed {}", trial.seed)
    };
    let error = tune(&config().with_threads(1), "test", None, panicking, |_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a, learning rate 0.01: panicked: no seed 7"
    );
    assert_eq!(calls.into_inner(), 1);
}

/// Rates and options that an experiment has for single optimizers do not replace those of the grid.
#[test]
fn the_grid_is_what_is_tried() {
    use burn_adagrad::train::{OptimizerKind, TunedOptimizer};
    let config = TuneConfig::new(vec!["Adagrad".into()], vec![1e-4, 0.1], vec![1]);
    let source = DataSource::Synthetic(SparseDataConfig::new().with_n_samples(100));
    let run = |experiment: ExperimentConfig| {
        let device = Default::default();
        tune_sparse_nn::<Autodiff<Flex>>(&config, &source, &experiment, None, &device, |_| ())
            .unwrap()
    };
    let experiment = ExperimentConfig::new().with_num_epochs(2);
    let own = vec![TunedOptimizer::new(OptimizerKind::Adagrad, 0.5)];
    let tuning = run(experiment.clone().with_tuned(own));
    assert_eq!(tuning, run(experiment));
    assert_ne!(tuning.settings[0].scores, tuning.settings[1].scores);
}

/// NaN goes through the journal, and through the results.
#[test]
fn diverged_trials_are_remembered() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("trials.jsonl");
    let config = TuneConfig::new(vec!["a".into()], vec![1.0], vec![0]);
    let diverged = |_: &Trial| -> Result<Score, Infallible> {
        Ok(Score {
            value: f64::NAN,
            loss: f64::INFINITY,
        })
    };
    tune(&config, "test", Some(&path), diverged, |_| ()).unwrap();
    let never = |_: &Trial| -> Result<Score, &'static str> { Err("run again") };
    let tuning = tune(&config, "test", Some(&path), never, |_| ()).unwrap();
    assert!(tuning.best("a").unwrap().value_mean.is_nan());
    let json = serde_json::to_string(&tuning).unwrap();
    let read: Tuning = serde_json::from_str(&json).unwrap();
    assert!(read.best("a").unwrap().value_mean.is_nan());
}

#[test]
fn grids_that_cannot_be_used_are_named() {
    let message = |config: TuneConfig| {
        tune(&config, "test", None, objective, |_| ())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        message(TuneConfig::new(vec![], vec![], vec![])),
        "invalid TuneConfig: number of optimizers = 0 (must be at least 1); number of learning \
         rates = 0 (must be at least 1); number of seeds = 0 (must be at least 1)"
    );
    let twice = TuneConfig::new(vec!["a".into(), "a".into()], vec![0.1, -0.1], vec![3, 3])
        .with_epsilons(vec![Some(f64::NAN)])
        .with_weight_decays(vec![Some(-1.0)])
        .with_drop_below(Some(-0.1));
    assert_eq!(
        message(twice),
        "invalid TuneConfig: optimizers = \"\\\"a\\\" twice\" (must be each but once); \
         seeds = 3 (must be each but once); learning_rates = -0.1 (must be finite and above 0); \
         epsilons = NaN (must be finite and at least 0); \
         weight_decays = -1.0 (must be finite and at least 0); \
         drop_below = -0.1 (must be finite and at least 0)"
    );
    let run = |name: &str, epsilon| {
        let config = TuneConfig::new(vec![name.into()], vec![0.1], vec![0]).with_epsilons(epsilon);
        let source = DataSource::Synthetic(SparseDataConfig::new());
        let device = Default::default();
        let experiment = ExperimentConfig::new();
        tune_sparse_nn::<Autodiff<Flex>>(&config, &source, &experiment, None, &device, |_| ())
            .unwrap_err()
            .to_string()
    };
    assert!(
        run("Adagard", vec![None]).starts_with("no optimizer is called \"Adagard\": there are ")
    );
    assert_eq!(run("sgd", vec![Some(1e-8)]), "SGD has no option `epsilon`");
}

#[test]
fn grids_are_evenly_spaced() {
    assert_eq!(log_grid(1e-4, 10.0, 6), [1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0]);
    assert_eq!(log_grid(0.5, 2.0, 1), [0.5]);
    assert!(log_grid(0.5, 2.0, 0).is_empty());
}
