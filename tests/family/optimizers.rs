//! The table of optimizers that the properties are tried on.

use burn::optim::SimpleOptimizer;
use burn::record::{BinBytesRecorder, FullPrecisionSettings, Recorder};
use burn::tensor::backend::Backend;

/// Calls `$run::<B, _>(name, &optimizer, device)` for optimizers under which a weight without gradient
/// stays where it is, and that can step rows.
macro_rules! each_row_optimizer {
    ($run:ident, $device:expr) => {{
        use burn_adagrad::*;
        let decay = || Some(AccumulatorDecayConfig::new(3, 0.5));
        let (device, adagrad) = ($device, AdagradConfig::new());
        $run::<B, _>("Adagrad", &adagrad.build(), device);
        let decaying = adagrad.clone().with_accumulator_decay(decay());
        $run::<B, _>("Adagrad, accumulator decay", &decaying.build(), device);
        let row_wise = RowWiseAdagradConfig::new();
        $run::<B, _>("RowWiseAdagrad", &row_wise.build(), device);
        let decaying = row_wise.clone().with_accumulator_decay(decay());
        $run::<B, _>(
            "RowWiseAdagrad, accumulator decay",
            &decaying.build(),
            device,
        );
        $run::<B, _>("AdagradNorm", &AdagradNormConfig::new().build(), device);
        let proximal = ProximalAdagradConfig::new().with_l1(0.05).with_l2(0.01);
        let proximal = proximal.with_penalty_schedule(PenaltySchedule::WithGradient);
        $run::<B, _>("ProximalAdagrad, with gradient", &proximal.build(), device);
        let ftrl = FtrlProximalConfig::new().with_l1(0.1).with_l2(0.01);
        $run::<B, _>("FtrlProximal", &ftrl.build(), device);
        let ftrl = ftrl.with_learning_rate_power(-0.3).with_beta(1.0);
        $run::<B, _>("FtrlProximal, power", &ftrl.build(), device);
    }};
}

/// The same for optimizers that cannot step rows, under which a weight without gradient stays all the
/// same.
macro_rules! each_dense_optimizer {
    ($run:ident, $device:expr) => {{
        use burn_adagrad::*;
        let device = $device;
        $run::<B, _>("Adadelta", &AdadeltaConfig::new().build(), device);
        $run::<B, _>("Sm3", &Sm3Config::new().build(), device);
    }};
}

/// The same for those under which such a weight moves.
macro_rules! each_moving_optimizer {
    ($run:ident, $device:expr) => {{
        use burn::optim::decay::WeightDecayConfig;
        use burn_adagrad::*;
        let (device, adagrad) = ($device, AdagradConfig::new());
        let heavy = adagrad
            .clone()
            .with_momentum(Some(AdagradMomentum::HeavyBall(0.9)));
        $run::<B, _>("Adagrad, momentum", &heavy.build(), device);
        let nesterov = adagrad
            .clone()
            .with_momentum(Some(AdagradMomentum::Nesterov(0.8)))
            .with_decoupled_weight_decay(0.1)
            .with_weight_decay(Some(WeightDecayConfig::new(0.01)));
        $run::<B, _>("Adagrad, Nesterov and decay", &nesterov.build(), device);
        let decayed = adagrad.with_decoupled_weight_decay(0.1);
        $run::<B, _>("Adagrad, decoupled decay", &decayed.build(), device);
        let penalty = Some(WeightDecayConfig::new(0.1));
        let adadelta = AdadeltaConfig::new().with_weight_decay(penalty);
        $run::<B, _>("Adadelta, L2", &adadelta.build(), device);
        let sm3 = Sm3Config::new().with_momentum(0.9);
        $run::<B, _>("Sm3, momentum", &sm3.build(), device);
        let proximal = ProximalAdagradConfig::new().with_l1(0.05).with_l2(0.01);
        $run::<B, _>("ProximalAdagrad", &proximal.build(), device);
        let ftrl = FtrlProximalConfig::new()
            .with_l1(0.1)
            .with_l2_shrinkage(0.1);
        $run::<B, _>("FtrlProximal, shrinkage", &ftrl.build(), device);
    }};
}

/// All of them.
macro_rules! each_optimizer {
    ($run:ident, $device:expr) => {{
        each_row_optimizer!($run, $device);
        each_dense_optimizer!($run, $device);
        each_moving_optimizer!($run, $device);
    }};
}

/// Everything that a state holds, as a recorder writes it.
pub fn stored<B: Backend, O: SimpleOptimizer<B>, const D: usize>(state: &O::State<D>) -> Vec<u8> {
    let recorder = BinBytesRecorder::<FullPrecisionSettings>::default();
    Recorder::<B>::record(&recorder, state.clone(), ()).unwrap()
}

/// Numbers of sizes from 1e-3 to 10 and both signs, every third of them zero if `zeros`.
pub fn numbers(len: usize, salt: usize, zeros: bool) -> Vec<f32> {
    let number = |i: usize| {
        let place = (i * 7 + salt * 13) as f32;
        (place * 0.61).sin() * 10.0_f32.powi((i + salt) as i32 % 5 - 3)
    };
    (0..len)
        .map(|i| {
            if zeros && (i + salt).is_multiple_of(3) {
                0.0
            } else {
                number(i)
            }
        })
        .collect()
}
