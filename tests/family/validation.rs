//! Configurations that cannot be built say all that is wrong with them.

use burn::grad_clipping::GradientClippingConfig;
use burn_adagrad::{
    AccumulatorDecayConfig, AdadeltaConfig, AdagradConfig, AdagradNormConfig, FtrlProximalConfig,
    ProximalAdagradConfig, RowWiseAdagradConfig, Sm3Config,
};

const CLIPPING: Option<GradientClippingConfig> = Some(GradientClippingConfig::Value(-1.0));

#[test]
fn every_mistake_is_named() {
    let decay = Some(AccumulatorDecayConfig::new(0, 1.5));
    let error = AdagradConfig::new()
        .with_momentum(1.0)
        .with_accumulator_decay(decay)
        .try_build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid AdagradConfig: momentum = 1.0 (must be at least 0 and below 1); \
         accumulator_decay.every = 0 (must be at least 1); \
         accumulator_decay.factor = 1.5 (must be from 0 to 1)"
    );
    let error = RowWiseAdagradConfig::new()
        .with_accumulator_decay(decay)
        .try_build();
    assert_eq!(
        error.unwrap_err().to_string(),
        "invalid RowWiseAdagradConfig: accumulator_decay.every = 0 (must be at least 1); \
         accumulator_decay.factor = 1.5 (must be from 0 to 1)"
    );
    let error = AdadeltaConfig::new()
        .with_rho(1.0)
        .with_epsilon(0.0)
        .with_weight_decay(f64::NAN)
        .with_grad_clipping(CLIPPING)
        .try_build();
    assert_eq!(
        error.unwrap_err().to_string(),
        "invalid AdadeltaConfig: rho = 1.0 (must be above 0 and below 1); \
         epsilon = 0.0 (must be finite and above 0); \
         weight_decay = NaN (must be finite and at least 0); \
         grad_clipping = -1.0 (must be finite and above 0)"
    );
    let error = AdagradNormConfig::new()
        .with_epsilon(-1.0)
        .with_initial_accumulator_value(f32::INFINITY)
        .with_grad_clipping(CLIPPING)
        .try_build();
    assert_eq!(
        error.unwrap_err().to_string(),
        "invalid AdagradNormConfig: epsilon = -1.0 (must be finite and at least 0); \
         initial_accumulator_value = inf (must be finite and at least 0); \
         grad_clipping = -1.0 (must be finite and above 0)"
    );
    let error = Sm3Config::new()
        .with_epsilon(f64::NAN)
        .with_momentum(-0.1)
        .with_grad_clipping(CLIPPING)
        .try_build();
    assert_eq!(
        error.unwrap_err().to_string(),
        "invalid Sm3Config: epsilon = NaN (must be finite and at least 0); \
         momentum = -0.1 (must be at least 0 and below 1); \
         grad_clipping = -1.0 (must be finite and above 0)"
    );
    let error = ProximalAdagradConfig::new()
        .with_l1(-1.0)
        .with_l2(f64::INFINITY)
        .with_initial_accumulator_value(0.0)
        .with_grad_clipping(CLIPPING)
        .try_build();
    assert_eq!(
        error.unwrap_err().to_string(),
        "invalid ProximalAdagradConfig: l1 = -1.0 (must be finite and at least 0); \
         l2 = inf (must be finite and at least 0); \
         initial_accumulator_value = 0.0 (must be finite and above 0); \
         grad_clipping = -1.0 (must be finite and above 0)"
    );
    let error = FtrlProximalConfig::new()
        .with_l1(f64::NAN)
        .with_l2(-1.0)
        .with_l2_shrinkage(-2.0)
        .with_beta(-3.0)
        .with_learning_rate_power(0.5)
        .with_initial_accumulator_value(-0.5)
        .with_grad_clipping(CLIPPING)
        .try_build();
    assert_eq!(
        error.unwrap_err().to_string(),
        "invalid FtrlProximalConfig: l1 = NaN (must be finite and at least 0); \
         l2 = -1.0 (must be finite and at least 0); \
         l2_shrinkage = -2.0 (must be finite and at least 0); \
         beta = -3.0 (must be finite and at least 0); \
         learning_rate_power = 0.5 (must be finite and at most 0); \
         initial_accumulator_value = -0.5 (must be finite and at least 0); \
         grad_clipping = -1.0 (must be finite and above 0)"
    );
}

/// A gradient whose square underflows would divide by 0.
#[test]
fn ftrl_needs_something_to_divide_by() {
    let shrinking = FtrlProximalConfig::new().with_initial_accumulator_value(0.0);
    assert_eq!(
        shrinking.try_build().unwrap_err().to_string(),
        "invalid FtrlProximalConfig: initial_accumulator_value = 0.0 (must be finite and above 0)"
    );
    assert!(shrinking.clone().with_beta(1.0).try_build().is_ok());
    assert!(shrinking.with_l2(0.1).try_build().is_ok());
}

/// Through JSON and back, as burn's configurations go; none of them has lost a field.
#[test]
fn configurations_survive_json() {
    use burn::config::Config;
    let config = AdagradConfig::new()
        .with_momentum(0.7)
        .with_nesterov(true)
        .with_accumulator_decay(Some(AccumulatorDecayConfig::new(10, 0.25)));
    let json = config.to_string();
    let path = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(path.path(), &json).unwrap();
    let loaded = AdagradConfig::load(path.path()).unwrap();
    assert_eq!(loaded.momentum, config.momentum);
    assert_eq!(loaded.accumulator_decay, config.accumulator_decay);
    assert_eq!(loaded.to_string(), json);
}
