//! Notices of failure, and the loop in which collective operations wait.

use crate::communicator::Communicator;
use halocline_exchanges::{
    pace::Pace,
    world::{Notice, Patience, WorldError},
};
use std::{
    ffi::c_int,
    time::{Duration, Instant},
};

/// Tag of notices on the control communicator; meetings use those above.
pub(crate) const NOTICE_TAG: c_int = 1;
/// How long a rank that fails waits for the others to hear why.
const GRACE: Duration = Duration::from_secs(3);
/// Tight loops look for notices no more often than this: a probe costs up to a microsecond.
const BETWEEN_PROBES: Duration = Duration::from_micros(20);

/// The ear of a rank: listens for notices, and waits no longer than the patience allows.
pub(crate) struct Watch {
    control: Communicator,
    pub(crate) patience: Patience,
    heard: Option<Notice>,
    last_probe: Option<Instant>,
}

impl Watch {
    /// Listen on `control`.
    pub(crate) fn new(control: Communicator, patience: Patience) -> Self {
        Self {
            control,
            patience,
            heard: None,
            last_probe: None,
        }
    }

    /// The first notice of another rank, if any has come.
    pub(crate) fn notice(&mut self) -> Option<Notice> {
        if self.heard.is_none()
            && self
                .last_probe
                .is_none_or(|last| last.elapsed() >= BETWEEN_PROBES)
        {
            self.heard = self.listen().unwrap_or_else(|error| {
                tracing::warn!("cannot listen for failures of other ranks: {error}");
                None
            });
            self.last_probe = Some(Instant::now());
        }
        self.heard.clone()
    }

    fn listen(&self) -> Result<Option<Notice>, WorldError> {
        let Some(probed) = self.control.probe(NOTICE_TAG)? else {
            return Ok(None);
        };
        let mut receive = self.control.receive(probed, NOTICE_TAG)?;
        let (start, mut pace) = (Instant::now(), Pace::new());
        // The message is here, or on its way from a rank that waits for us to take it.
        while !receive.test()? {
            if start.elapsed() >= GRACE {
                return Err(WorldError::Failed(format!(
                    "a notice of rank {} broke off",
                    probed.source
                )));
            }
            pace.pause();
        }
        Ok(Some(decode(&receive.into_buffers(), probed.source)))
    }

    /// Tell all other ranks; wait up to the grace period for them to hear it.
    pub(crate) fn announce(&mut self, notice: &Notice) {
        let bytes = encode(notice);
        let mut under_way = Vec::new();
        for rank in (0..self.control.size).filter(|&rank| rank != self.control.rank) {
            match self
                .control
                .send_synchronously(bytes.clone(), rank, NOTICE_TAG)
            {
                Ok(pending) => under_way.push(pending),
                Err(error) => tracing::warn!("cannot tell rank {rank}: {error}"),
            }
        }
        let (start, mut pace) = (Instant::now(), Pace::new());
        while !under_way.is_empty() && start.elapsed() < GRACE {
            // A rank that cannot be told any more is as good as told.
            under_way.retain_mut(|pending| matches!(pending.test(), Ok(false)));
            // Ranks that announce at once must hear each other: take every notice, keep the first.
            while let Ok(Some(notice)) = self.listen() {
                self.heard.get_or_insert(notice);
            }
            pace.pause();
        }
        if !under_way.is_empty() {
            tracing::debug!(
                "{} ranks had not heard the notice after {} s",
                under_way.len(),
                GRACE.as_secs()
            );
        }
    }

    /// Poll `ready` until it says yes, another rank ends the job, or patience is exhausted.
    ///
    /// `what` says in words what is waited for.
    pub(crate) fn until(
        &mut self,
        what: &str,
        ready: impl FnMut() -> Result<bool, WorldError>,
    ) -> Result<(), WorldError> {
        self.until_within(self.patience, what, ready)
    }

    /// The same until the others are at their end too, however long they compute alone: only a failure cuts it off.
    pub(crate) fn until_the_end(
        &mut self,
        what: &str,
        ready: impl FnMut() -> Result<bool, WorldError>,
    ) -> Result<(), WorldError> {
        let patience = Patience {
            timeout: Duration::MAX,
            ..self.patience
        };
        self.until_within(patience, what, ready)
    }

    fn until_within(
        &mut self,
        patience: Patience,
        what: &str,
        mut ready: impl FnMut() -> Result<bool, WorldError>,
    ) -> Result<(), WorldError> {
        let rank = self.control.rank;
        patiently(rank, patience, what, || {
            if ready()? {
                return Ok(true);
            }
            match self.notice() {
                None => Ok(false),
                // What was sent before the notice may complete the wait: then the next one fails.
                Some(notice) => {
                    if ready()? {
                        Ok(true)
                    } else {
                        Err(WorldError::Ended(notice))
                    }
                }
            }
        })
    }
}

/// Poll `ready` until it says yes or `patience` is exhausted; a line in the log says when it takes long.
pub(crate) fn patiently(
    rank: usize,
    patience: Patience,
    what: &str,
    mut ready: impl FnMut() -> Result<bool, WorldError>,
) -> Result<(), WorldError> {
    let (start, mut pace) = (Instant::now(), Pace::new());
    let mut warned = false;
    while !ready()? {
        pace.pause();
        let waited = start.elapsed();
        if !warned && waited >= patience.warn_after {
            warned = true;
            tracing::warn!(
                "rank {rank} of the job has waited {:.0} s for {what}",
                waited.as_secs_f64()
            );
        }
        if waited >= patience.timeout {
            return Err(WorldError::TimedOut {
                what: what.to_owned(),
                waited,
            });
        }
    }
    Ok(())
}

/// Rank and length of the component's name as 8 bytes little endian each, the name, the message.
fn encode(notice: &Notice) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(16 + notice.component.len() + notice.message.len());
    bytes.extend((notice.rank as u64).to_le_bytes());
    bytes.extend((notice.component.len() as u64).to_le_bytes());
    bytes.extend(notice.component.as_bytes());
    bytes.extend(notice.message.as_bytes());
    bytes
}

/// The notice in `bytes`; one that cannot be read is still the news that rank `source` failed.
fn decode(bytes: &[u8], source: usize) -> Notice {
    read(bytes).unwrap_or_else(|| Notice {
        component: "unknown".to_owned(),
        rank: source,
        message: format!("its notice of {} bytes cannot be read", bytes.len()),
    })
}

fn read(bytes: &[u8]) -> Option<Notice> {
    let (rank, rest) = bytes.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (component, message) = rest.split_at_checked(length)?;
    Some(Notice {
        component: String::from_utf8_lossy(component).into_owned(),
        rank: usize::try_from(u64::from_le_bytes(*rank)).ok()?,
        message: String::from_utf8_lossy(message).into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_survives_its_encoding() {
        let notice = Notice {
            component: "océan".to_owned(),
            rank: 7,
            message: "found NaN\nexpected a number".to_owned(),
        };
        assert_eq!(decode(&encode(&notice), 0), notice);
    }

    #[test]
    fn an_unreadable_notice_still_names_its_sender() {
        let notice = decode(&[1, 2, 3], 4);
        assert_eq!(notice.rank, 4);
        assert_eq!(notice.message, "its notice of 3 bytes cannot be read");
    }
}
