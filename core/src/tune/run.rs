//! Trying the grid.

use std::any::Any;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::config::{TuneConfig, beyond};
use super::journal::{Entry, Journal};
use super::outcome::{SettingResult, Tuning};
use super::trial::{Score, Setting, Trial};
use crate::error::TuneError;

/// How far tuning is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Trials that have ended, those of a journal included.
    pub done: usize,
    /// Trials in all, as far as is known: settings that are given up make it less.
    pub total: usize,
    /// The trial that has ended; none at the start, and when trials were given up.
    pub trial: Option<Trial>,
}

/// Tries every setting of the grid with every seed.
///
/// With [`widen`](TuneConfig::widen), rates are added beyond the grid while an optimizer's best rate is at its
/// edge. `objective` is called from several threads. `name` says what is tuned: a journal goes on only under the
/// same name, so put into it all that the scores depend on besides the trial (data, model, epochs). With
/// `journal`, trials that are in that file are not run again, and those that end are added to it; trials
/// of other settings and seeds in it are left alone. `on_progress` is called at the start and after each
/// trial, by one thread at a time.
///
/// # Errors
///
/// If the grid cannot be used, the journal is another run's or cannot be read or written, or the objective
/// fails or panics: then no trial is begun any more, and the first failure is returned. Or if another process
/// has the journal open.
pub fn tune<E>(
    config: &TuneConfig,
    name: &str,
    journal: Option<&Path>,
    objective: impl Fn(&Trial) -> Result<Score, E> + Sync,
    on_progress: impl FnMut(&Progress) + Send,
) -> Result<Tuning, TuneError>
where
    E: Into<Box<dyn Error + Send + Sync>>,
{
    config.validate()?;
    let (journal, entries) = match journal {
        Some(path) => {
            let (journal, entries) = Journal::open(path, name)?;
            (Some(journal), entries)
        }
        None => (None, Vec::new()),
    };
    let settings = config.settings();
    let (&first, others) = config.seeds.split_first().expect("the grid was checked");
    let ended = Ended {
        on_progress,
        progress: Progress {
            done: 0,
            total: settings.len() * config.seeds.len(),
            trial: None,
        },
        journal,
        entries,
        failure: None,
    };
    let ended = Mutex::new(ended);
    lock(&ended).start(&settings, &config.seeds);

    let run_on = |settings: &[Setting], seeds: &[u64]| -> Result<(), TuneError> {
        let mut trials = Vec::new();
        for setting in settings {
            trials.extend(seeds.iter().map(|&seed| Trial {
                setting: setting.clone(),
                seed,
            }));
        }
        trials.retain(|trial| lock(&ended).score(trial).is_none());
        run_all(trials, config.n_threads(), &objective, &ended);
        match lock(&ended).failure.take() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    };
    // The settings that got every seed.
    let mut kept: Vec<Setting> = Vec::new();
    let mut run = |all: &[Setting], new: &[Setting]| -> Result<Tuning, TuneError> {
        run_on(new, &[first])?;
        let hopeful = match config.drop_below {
            Some(margin) => lock(&ended).hopeful(all, first, margin),
            None => all.to_vec(),
        };
        let new_kept: Vec<Setting> = new
            .iter()
            .filter(|new| hopeful.contains(new))
            .cloned()
            .collect();
        lock(&ended).give_up((new.len() - new_kept.len()) * others.len());
        run_on(&new_kept, others)?;
        kept.extend(new_kept);
        let result = |setting: &Setting| {
            let seeds = if kept.contains(setting) {
                &config.seeds
            } else {
                &config.seeds[..1]
            };
            let score = |&seed: &u64| {
                let setting = setting.clone();
                lock(&ended).score(&Trial { setting, seed })
            };
            let scores = seeds.iter().filter_map(score).collect();
            SettingResult::new(setting.clone(), scores)
        };
        Ok(Tuning {
            settings: all.iter().map(result).collect(),
        })
    };

    let mut tuning = run(&settings, &settings)?;
    // Of each optimizer: those of the grid, and in order with what is added to them.
    let mut rates = vec![config.learning_rates.clone(); config.optimizers.len()];
    for _ in 0..config.widen {
        let mut new = Vec::new();
        for (optimizer, rates) in config.optimizers.iter().zip(&mut rates) {
            let best = tuning.best(optimizer);
            let next = best.and_then(|best| beyond(rates, best.setting.learning_rate));
            if let Some(rate) = next {
                new.extend(config.settings_of(optimizer, &[rate]));
                rates.push(rate);
                rates.sort_by(f64::total_cmp);
            }
        }
        if new.is_empty() {
            break;
        }
        lock(&ended).expect_more(&new, &config.seeds);
        let optimizers = config.optimizers.iter().zip(&rates);
        let all: Vec<Setting> = optimizers
            .flat_map(|(optimizer, rates)| config.settings_of(optimizer, rates))
            .collect();
        tuning = run(&all, &new)?;
    }
    Ok(tuning)
}

/// The trials that have ended, and what is done when one does.
struct Ended<P> {
    on_progress: P,
    progress: Progress,
    journal: Option<Journal>,
    entries: Vec<Entry>,
    failure: Option<TuneError>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<P: FnMut(&Progress)> Ended<P> {
    /// Counts what the journal holds of this grid.
    fn start(&mut self, settings: &[Setting], seeds: &[u64]) {
        self.progress.done += self.known(settings, seeds);
        (self.on_progress)(&self.progress);
    }

    /// Counts the trials of settings that were added to the grid.
    fn expect_more(&mut self, settings: &[Setting], seeds: &[u64]) {
        self.progress.total += settings.len() * seeds.len();
        self.progress.trial = None;
        self.start(settings, seeds);
    }

    /// How many of the trials have ended.
    fn known(&self, settings: &[Setting], seeds: &[u64]) -> usize {
        let known = |setting: &Setting, &seed: &u64| {
            let setting = setting.clone();
            self.score(&Trial { setting, seed }).is_some()
        };
        let of_setting = |setting| seeds.iter().filter(|seed| known(setting, seed)).count();
        settings.iter().map(of_setting).sum()
    }

    fn score(&self, trial: &Trial) -> Option<Score> {
        let entry = self.entries.iter().find(|entry| entry.trial == *trial);
        entry.map(|entry| entry.score)
    }

    /// The settings that are not hopeless after this seed.
    fn hopeful(&self, settings: &[Setting], seed: u64, margin: f64) -> Vec<Setting> {
        let value = |setting: &Setting| {
            let setting = setting.clone();
            let score = self.score(&Trial { setting, seed });
            score.map_or(f64::NAN, |score| score.value)
        };
        let best = |optimizer: &str| {
            let own = settings
                .iter()
                .filter(|setting| setting.optimizer == optimizer);
            own.map(value).fold(f64::NEG_INFINITY, f64::max)
        };
        let hopeful = |setting: &&Setting| value(setting) >= best(&setting.optimizer) - margin;
        settings.iter().filter(hopeful).cloned().collect()
    }

    fn give_up(&mut self, trials: usize) {
        if trials > 0 {
            self.progress.total -= trials;
            self.progress.trial = None;
            (self.on_progress)(&self.progress);
        }
    }

    fn end<E>(&mut self, trial: Trial, score: Result<Score, E>)
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let score = match score {
            // As the journal gives it back.
            Ok(score) => score.finite_or_nan(),
            Err(error) => {
                self.fail(TuneError::Objective {
                    trial: trial.to_string(),
                    source: error.into(),
                });
                return;
            }
        };
        if self.failure.is_some() {
            // The journal may end in half a line, which nothing may follow.
            return;
        }
        let entry = Entry { trial, score };
        if let Some(Err(error)) = self.journal.as_mut().map(|journal| journal.add(&entry)) {
            self.fail(error.into());
            return;
        }
        self.progress.done += 1;
        self.progress.trial = Some(entry.trial.clone());
        self.entries.push(entry);
        (self.on_progress)(&self.progress);
    }

    fn fail(&mut self, error: TuneError) {
        self.failure.get_or_insert(error);
    }
}

/// What a panic said.
fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}

/// Runs the trials on `threads` threads.
///
/// On threads of their own, not rayon's: a step that waits for rayon there would begin another trial.
fn run_all<P, E>(
    trials: Vec<Trial>,
    threads: usize,
    objective: &(impl Fn(&Trial) -> Result<Score, E> + Sync),
    ended: &Mutex<Ended<P>>,
) where
    P: FnMut(&Progress) + Send,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let threads = threads.min(trials.len());
    let trials = Mutex::new(trials.into_iter());
    let next = || {
        let failed = lock(ended).failure.is_some();
        if failed { None } else { lock(&trials).next() }
    };
    let work = || {
        while let Some(trial) = next() {
            // A panic would let the other threads run all trials that are left before anybody hears of it.
            match catch_unwind(AssertUnwindSafe(|| objective(&trial))) {
                Ok(score) => lock(ended).end(trial, score),
                Err(panic) => lock(ended).fail(TuneError::Objective {
                    trial: trial.to_string(),
                    source: format!("panicked: {}", text_of(panic.as_ref())).into(),
                }),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
}
