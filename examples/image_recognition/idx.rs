//! Images and labels in IDX format, that of the MNIST files.
//!
//! A magic number (two zero bytes, 8 for unsigned bytes, the number of dimensions), the dimensions
//! as 32-bit numbers with the highest byte first, then the values.

use std::fmt::Display;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use anyhow::{Context, anyhow, bail};

use crate::images::{ImageSet, N_DIGITS, Size};

/// Three dimensions: images, rows, columns.
const IMAGES_MAGIC: u32 = 0x0000_0803;
/// One dimension.
const LABELS_MAGIC: u32 = 0x0000_0801;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Where a file of images has the number of rows and columns.
pub const SIZE_OFFSET: u64 = 8;

/// One wrong byte in a header must not ask for gigabytes of weights.
const PIXELS_MAX: u64 = 256 * 256;

/// Reads a file of images and the file of their labels.
///
/// # Errors
///
/// One line that names the file, the byte (from 0) and what is wrong there.
pub fn read(images_path: &Path, labels_path: &Path) -> anyhow::Result<ImageSet> {
    let mut file = Source::open(images_path)?;
    file.magic(IMAGES_MAGIC, "images")?;
    let n_images = file.dimension("images")?;
    let rows = file.dimension("rows")?;
    let columns = file.dimension("columns")?;
    let image_bytes = u64::from(rows)
        .checked_mul(columns.into())
        .filter(|&n| n <= PIXELS_MAX);
    let Some(image_bytes) = image_bytes else {
        let what = format!("images of {rows} × {columns} pixels are too large");
        return Err(file.error(SIZE_OFFSET, format!("{what} (at most {PIXELS_MAX} pixels)")));
    };
    let pixels = file.values(n_images, image_bytes, "image")?;

    let mut file = Source::open(labels_path)?;
    file.magic(LABELS_MAGIC, "labels")?;
    let count_offset = file.offset;
    let n_labels = file.dimension("labels")?;
    if n_labels != n_images {
        let images = images_path.display();
        let what = format!("number of labels is {n_labels}, but {images} has {n_images} images");
        return Err(file.error(count_offset, what));
    }
    let labels_offset = file.offset;
    let labels = file.values(n_labels, 1, "label")?;
    let wrong = |&(_, &label): &(u64, &u8)| usize::from(label) >= N_DIGITS;
    if let Some((i, label)) = (labels_offset..).zip(&labels).find(wrong) {
        return Err(file.error(i, format!("label is {label} (must be from 0 to 9)")));
    }

    let size = Size {
        rows: usize::try_from(rows)?,
        columns: usize::try_from(columns)?,
    };
    Ok(ImageSet::new(size, pixels, labels))
}

/// A file that is being read, and how far.
struct Source<'a> {
    path: &'a Path,
    reader: BufReader<File>,
    offset: u64,
}

impl<'a> Source<'a> {
    fn open(path: &'a Path) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| path.display().to_string())?;
        Ok(Self {
            path,
            reader: BufReader::new(file),
            offset: 0,
        })
    }

    fn error(&self, offset: u64, what: impl Display) -> anyhow::Error {
        anyhow!("{}: byte {offset}: {what}", self.path.display())
    }

    /// Up to `length` bytes, fewer only where the file ends. Memory follows what is there, not
    /// what a header promises.
    fn bytes(&mut self, length: u64) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.reader
            .by_ref()
            .take(length)
            .read_to_end(&mut bytes)
            .with_context(|| self.path.display().to_string())?;
        self.offset += bytes.len() as u64;
        Ok(bytes)
    }

    fn number(&mut self, name: &str) -> anyhow::Result<u32> {
        let bytes = self.bytes(4)?;
        if self.offset == bytes.len() as u64 && bytes.starts_with(&GZIP_MAGIC) {
            bail!(self.error(0, "the file is packed with gzip; unpack it first (gunzip)"));
        }
        match bytes.try_into() {
            Ok(bytes) => Ok(u32::from_be_bytes(bytes)),
            Err(_) => Err(self.error(self.offset, format!("the file ends within the {name}"))),
        }
    }

    fn magic(&mut self, expected: u32, what: &str) -> anyhow::Result<()> {
        let magic = self.number("magic number")?;
        if magic != expected {
            let given = format!("magic number is {magic:#010x}");
            bail!(self.error(0, format!("{given} (must be {expected:#010x} for {what})")));
        }
        Ok(())
    }

    fn dimension(&mut self, name: &str) -> anyhow::Result<u32> {
        let offset = self.offset;
        let number = self.number(&format!("number of {name}"))?;
        if number == 0 {
            bail!(self.error(
                offset,
                format!("number of {name} is 0 (must be at least 1)")
            ));
        }
        Ok(number)
    }

    /// The rest of the file, which must be `count` items of `item_bytes` bytes each.
    fn values(&mut self, count: u32, item_bytes: u64, name: &str) -> anyhow::Result<Vec<u8>> {
        // No overflow: below 2^32 items of at most 2^16 bytes.
        let expected = u64::from(count) * item_bytes;
        let values = self.bytes(expected)?;
        let actual = values.len() as u64;
        if actual < expected {
            let item = actual / item_bytes + 1;
            let what = format!("the file ends before the end of {name} {item} of {count}");
            bail!(self.error(self.offset, what));
        }
        let end = self.offset;
        if !self.bytes(1)?.is_empty() {
            bail!(self.error(end, format!("more bytes follow the last {name}")));
        }
        Ok(values)
    }
}
