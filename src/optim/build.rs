//! What every optimizer's configuration can do once it can be checked and built.

/// `try_build` for a configuration that its optimizer keeps as it is.
macro_rules! impl_try_build {
    ($config:ident => $optim:ident) => {
        impl $config {
            /// Builds the bare optimizer, without the adaptor that walks over a module's parameters.
            ///
            /// # Errors
            ///
            /// As [`validate`](Self::validate).
            pub fn try_build(&self) -> Result<$optim, crate::error::OptimizerConfigError> {
                self.validate()?;
                Ok($optim {
                    config: self.clone(),
                })
            }
        }
    };
}
pub(super) use impl_try_build;

/// `build`, `try_init` and `init` for a configuration with `try_build`.
macro_rules! impl_build {
    ($config:ident => $optim:ident) => {
        impl $config {
            /// As [`try_build`](Self::try_build).
            ///
            /// # Panics
            ///
            /// With the message of [`try_build`](Self::try_build)'s error.
            pub fn build(&self) -> $optim {
                self.try_build().unwrap_or_else(|error| panic!("{error}"))
            }

            /// Builds the optimizer for a module.
            ///
            /// # Errors
            ///
            /// As [`validate`](Self::validate).
            pub fn try_init<B, M>(
                &self,
            ) -> Result<
                burn::optim::adaptor::OptimizerAdaptor<$optim, M, B>,
                crate::error::OptimizerConfigError,
            >
            where
                B: burn::tensor::backend::AutodiffBackend,
                M: burn::module::AutodiffModule<B>,
            {
                Ok(self.try_build()?.into())
            }

            /// As [`try_init`](Self::try_init).
            ///
            /// # Panics
            ///
            /// With the message of [`try_init`](Self::try_init)'s error.
            pub fn init<B, M>(&self) -> burn::optim::adaptor::OptimizerAdaptor<$optim, M, B>
            where
                B: burn::tensor::backend::AutodiffBackend,
                M: burn::module::AutodiffModule<B>,
            {
                self.try_init().unwrap_or_else(|error| panic!("{error}"))
            }
        }
    };
}
pub(super) use impl_build;

/// `try_init_sparse` and `init_sparse` for a configuration with `validate_sparse`; that too, if rows can be
/// trained with `every option`.
macro_rules! impl_build_sparse {
    ($config:ident => $optim:ident, every option) => {
        impl $config {
            /// As [`validate`](Self::validate): rows can be trained with every option.
            ///
            /// # Errors
            ///
            /// As [`validate`](Self::validate).
            pub fn validate_sparse(&self) -> Result<(), crate::error::OptimizerConfigError> {
                self.validate()
            }
        }
        impl_build_sparse!($config => $optim);
    };
    ($config:ident => $optim:ident) => {
        impl $config {
            /// Builds the optimizer for a module with layers that are trained row by row
            /// ([`sparse`](crate::sparse)); it steps the module's other parameters as
            /// [`try_init`](Self::try_init)'s does.
            ///
            /// # Errors
            ///
            /// As [`validate_sparse`](Self::validate_sparse).
            pub fn try_init_sparse<B, M>(
                &self,
            ) -> Result<
                crate::optim::SparseAdaptor<$optim, M, B>,
                crate::error::OptimizerConfigError,
            >
            where
                B: burn::tensor::backend::AutodiffBackend,
                M: burn::module::AutodiffModule<B>,
            {
                self.validate_sparse()?;
                Ok(self.try_build()?.into())
            }

            /// As [`try_init_sparse`](Self::try_init_sparse).
            ///
            /// # Panics
            ///
            /// With the message of [`try_init_sparse`](Self::try_init_sparse)'s error.
            pub fn init_sparse<B, M>(&self) -> crate::optim::SparseAdaptor<$optim, M, B>
            where
                B: burn::tensor::backend::AutodiffBackend,
                M: burn::module::AutodiffModule<B>,
            {
                self.try_init_sparse()
                    .unwrap_or_else(|error| panic!("{error}"))
            }
        }
    };
}
pub(super) use impl_build_sparse;
