//! Measuring several things beside one another.

use std::time::{Duration, Instant};

/// Something whose time is taken.
pub type Work<'a> = Box<dyn FnMut() -> anyhow::Result<()> + 'a>;

/// The median time of each, of `rounds` rounds in which they take turns: what else the machine does falls on
/// all of them. A turn is as many calls as take about `turn`.
pub fn medians(
    works: &mut [Work<'_>],
    rounds: usize,
    turn: Duration,
) -> anyhow::Result<Vec<Duration>> {
    let mut calls = Vec::new();
    for work in works.iter_mut() {
        // The first call makes states and fills caches; the second says how long one takes.
        work()?;
        let start = Instant::now();
        work()?;
        let one = start.elapsed().max(Duration::from_nanos(1));
        calls.push((turn.as_nanos() / one.as_nanos()).clamp(1, 1_000_000) as u32);
    }
    let mut times = vec![Vec::new(); works.len()];
    for _ in 0..rounds {
        for ((work, &calls), times) in works.iter_mut().zip(&calls).zip(&mut times) {
            let start = Instant::now();
            for _ in 0..calls {
                work()?;
            }
            times.push(start.elapsed() / calls);
        }
    }
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    Ok(times.into_iter().map(median).collect())
}
