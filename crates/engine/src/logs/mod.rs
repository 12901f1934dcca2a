//! Logs of jobs: their rows, the sealed object they end in, the texts and archives that people read.

mod archive;
mod error;
mod frames;
mod link;
mod names;
mod row;
mod s3;
mod storage;

pub use archive::{ArchiveWriter, JobLog, archive};
pub use error::LogError;
pub use link::{BadLink, LinkSigner};
pub use names::{NAME_UNITS, clean_name};
pub use row::{BadRow, LogRow, Problem, ROW_BYTES, parse_rows, text};
pub use s3::{BadS3, S3Keys, S3Settings, s3_objects};
pub use storage::{LogStorage, SealedLog, local_objects};
