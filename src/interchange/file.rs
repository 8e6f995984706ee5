//! Tensors in a safetensors file, and the checks of what is read from one.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::{DType, TensorData};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::error::{InterchangeError, InterchangeErrorKind as Kind};

/// The file's type for numbers of burn's type; `None` for what is not exchanged.
pub(super) fn float_type(dtype: DType) -> Option<Dtype> {
    match dtype {
        DType::F64 => Some(Dtype::F64),
        DType::F32 | DType::Flex32 => Some(Dtype::F32),
        DType::F16 => Some(Dtype::F16),
        DType::BF16 => Some(Dtype::BF16),
        _ => None,
    }
}

/// Writes tensors of [`float_type`]s. A file that was there is replaced when all is written, and
/// not before: a run that fails here can still be resumed from it.
pub(super) fn write(path: &Path, tensors: &[(String, TensorData)]) -> Result<(), InterchangeError> {
    let mut views = Vec::with_capacity(tensors.len());
    for (name, data) in tensors {
        let other_type = || Kind::Type(format!("{:?}", data.dtype)).of_tensor(path, name);
        let dtype = float_type(data.dtype).ok_or_else(other_type)?;
        let view = TensorView::new(dtype, data.shape.to_vec(), data.as_bytes())
            .map_err(|error| Kind::Write(error.into()).of_tensor(path, name))?;
        views.push((name, view));
    }
    // So that Hugging Face's tools know whose layouts these are.
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);

    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let written = safetensors::serialize_to_file(views, Some(metadata), &partial)
        .map_err(|error| Kind::Write(error.into()).of_file(path))
        .and_then(|()| {
            let renamed = fs::rename(&partial, path);
            renamed.map_err(|error| Kind::Write(error.into()).of_file(path))
        });
    if written.is_err() {
        // What there is of it is of no use; that it stays is not worth a second error.
        let _ = fs::remove_file(&partial);
    }
    written
}

/// The bytes of a file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, InterchangeError> {
    fs::read(path).map_err(|error| Kind::Read(error).of_file(path))
}

/// A file that was read.
pub(super) struct TensorFile<'a> {
    path: &'a Path,
    tensors: SafeTensors<'a>,
}

impl<'a> TensorFile<'a> {
    pub(super) fn parse(path: &'a Path, bytes: &'a [u8]) -> Result<Self, InterchangeError> {
        let tensors = SafeTensors::deserialize(bytes)
            .map_err(|error| Kind::Format(error.into()).of_file(path))?;
        Ok(Self { path, tensors })
    }

    pub(super) fn names(&self) -> BTreeSet<String> {
        self.tensors.names().into_iter().map(String::from).collect()
    }

    /// Floats of this shape, of whatever type the file has.
    pub(super) fn floats(
        &self,
        name: &str,
        shape: &[usize],
    ) -> Result<TensorData, InterchangeError> {
        let Ok(view) = self.tensors.tensor(name) else {
            let missing = vec![name.to_owned()];
            let unknown = Vec::new();
            return Err(Kind::Names { missing, unknown }.of_file(self.path));
        };
        let dtype = match view.dtype() {
            Dtype::F64 => DType::F64,
            Dtype::F32 => DType::F32,
            Dtype::F16 => DType::F16,
            Dtype::BF16 => DType::BF16,
            other => {
                return Err(Kind::Type(format!("{other:?}")).of_tensor(self.path, name));
            }
        };
        if view.shape() != shape {
            let (expected, found) = (shape.to_vec(), view.shape().to_vec());
            return Err(Kind::Shape { expected, found }.of_tensor(self.path, name));
        }
        Ok(TensorData::from_bytes_vec(
            view.data().to_vec(),
            shape,
            dtype,
        ))
    }

    /// An accumulator of this shape.
    pub(super) fn sum(&self, name: &str, shape: &[usize]) -> Result<TensorData, InterchangeError> {
        let sum = self.floats(name, shape)?;
        let wrong = |(_, value): &(usize, f64)| value.is_nan() || *value < 0.0;
        let found = sum.iter::<f64>().enumerate().find(wrong);
        match found {
            Some((element, value)) => Err(Kind::Sum { element, value }.of_tensor(self.path, name)),
            None => Ok(sum),
        }
    }

    /// A number of steps.
    pub(super) fn step(&self, name: &str) -> Result<usize, InterchangeError> {
        let step = self.floats(name, &[])?;
        let value = step.iter::<f64>().next().unwrap_or(f64::NAN);
        // Above 2^53 not every whole number is an f64.
        if value.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&value) {
            return Ok(value as usize);
        }
        Err(Kind::Step(value).of_tensor(self.path, name))
    }
}

/// A number of steps as PyTorch keeps it, a tensor of one f32 without dimensions; of one f64 above
/// 2^24, where an f32 cannot count on.
pub(super) fn step_data(step: usize) -> TensorData {
    let shape: [usize; 0] = [];
    if step <= 1 << 24 {
        TensorData::new(vec![step as f32], shape)
    } else {
        TensorData::new(vec![step as f64], shape)
    }
}
