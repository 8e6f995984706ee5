//! Spreads, intervals, and the verdict that is drawn from them.

use burn_adagrad::statistics::{mean, paired_difference, standard_deviation};
use burn_adagrad::train::article::{Finding, Verdict};
use burn_adagrad::train::{Comparison, OptimizerKind, OptimizerRuns, Protocol, Run};

#[test]
fn spreads_are_those_of_the_textbook() {
    let numbers = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
    assert_eq!(mean(&numbers), 5.0);
    let std = standard_deviation(&numbers).unwrap();
    assert!((std - (32.0_f64 / 7.0).sqrt()).abs() < 1e-12);
    assert_eq!(standard_deviation(&[1.0]), None);
    assert_eq!(standard_deviation(&[]), None);
}

/// Of many differences that are nearly normal, the interval is mean ± 1.96 standard errors.
#[test]
fn intervals_agree_with_the_normal_approximation() {
    // Twelve uniform numbers less six have mean 0 and deviation 1.
    let mut state = 1_u64;
    let mut uniform = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as f64 / (1_u64 << 31) as f64
    };
    let mut normal = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
    let differences: Vec<f64> = (0..400).map(|_| 0.3 + normal()).collect();
    let common: Vec<f64> = (0..400).map(|_| 100.0 * normal()).collect();
    let a: Vec<f64> = differences
        .iter()
        .zip(&common)
        .map(|(d, c)| d + c)
        .collect();
    let interval = paired_difference(&a, &common).unwrap();
    let error = standard_deviation(&differences).unwrap() / 20.0;
    assert!((interval.mean - mean(&differences)).abs() < 1e-9);
    assert!((interval.low - (interval.mean - 1.96 * error)).abs() < 0.1 * error);
    assert!((interval.high - (interval.mean + 1.96 * error)).abs() < 0.1 * error);
    assert_eq!(paired_difference(&a, &common), Some(interval));
    assert_eq!(paired_difference(&[1.0], &[0.0]), None);
}

/// Of accuracies that are multiples of 1/200 an end of the interval may be 0, and is then 0.
#[test]
fn an_end_of_zero_is_zero() {
    let a = [
        0.945, 0.925, 0.94, 0.92, 0.93, 0.92, 0.92, 0.92, 0.945, 0.94,
    ];
    let b = [
        0.945, 0.935, 0.945, 0.93, 0.93, 0.915, 0.925, 0.93, 0.955, 0.935,
    ];
    for (a, b) in [(a, b), (b, a)] {
        let interval = paired_difference(&a, &b).unwrap();
        for end in [interval.low, interval.high] {
            let unit = end * 2000.0;
            assert!((unit - unit.round()).abs() < 1e-8 && !(end == 0.0 && end.is_sign_negative()));
            assert!(end == 0.0 || end.abs() > 1e-6, "{end:e}");
        }
    }
}

fn runs(optimizer: OptimizerKind, accuracies: &[f64]) -> OptimizerRuns {
    let run = |(seed, &accuracy): (u64, &f64)| Run {
        seed,
        accuracy,
        losses: vec![],
    };
    OptimizerRuns {
        optimizer,
        lr: 0.01,
        accuracy_mean: mean(accuracies),
        accuracy_std: standard_deviation(accuracies),
        difference_to_adagrad: None,
        runs: (0..).zip(accuracies).map(run).collect(),
    }
}

#[test]
fn verdicts_follow_the_intervals() {
    let comparison = |adagrad: &[f64], adam: &[f64], sgd: &[f64], rmsprop: &[f64]| Comparison {
        protocol: Protocol::SameStart,
        optimizers: vec![
            runs(OptimizerKind::Sgd, sgd),
            runs(OptimizerKind::Adagrad, adagrad),
            runs(OptimizerKind::RmsProp, rmsprop),
            runs(OptimizerKind::Adam, adam),
        ],
    };
    let verdict = Verdict::of(&comparison(
        &[0.95, 0.93, 0.94],
        &[0.90, 0.89, 0.91],
        &[0.92, 0.93, 0.92],
        &[0.93, 0.92, 0.92],
    ))
    .unwrap();
    let findings: Vec<Finding> = verdict.claims.iter().map(|claim| claim.finding).collect();
    assert_eq!(
        findings,
        [Finding::Holds, Finding::Contradicted, Finding::Undecided]
    );
    assert!(!verdict.ranking_holds());
    assert_eq!(verdict.best, [OptimizerKind::Adagrad]);
    let text = verdict.to_string();
    assert!(text.starts_with(
        "Does the article's ranking hold (Adagrad > Adam > SGD > RMSprop)? No (of its 3 steps: 1 held \
         up, 1 contradicted, 1 undecided). Best mean: Adagrad.\n"
    ));
    assert!(text.contains("- Adagrad above Adam: +0.0400 ["));

    let ranked = comparison(&[0.9, 0.91], &[0.8, 0.81], &[0.7, 0.71], &[0.6, 0.61]);
    assert!(Verdict::of(&ranked).unwrap().ranking_holds());
    let one_seed = comparison(&[0.9], &[0.8], &[0.7], &[0.6]);
    assert_eq!(Verdict::of(&one_seed), None);
    let without = Comparison {
        optimizers: ranked.optimizers[..3].to_vec(),
        ..ranked
    };
    assert_eq!(Verdict::of(&without), None);
}
