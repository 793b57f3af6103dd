//! What all ranks of a world do together, in step: gatherings, meetings, new communicators, the end.

use super::{MpiWorld, are_flushed};
use crate::{
    channel::Receiver,
    environment::{self, StartedBy},
    meeting::Meeting,
    pending::Pending,
};
use halocline_exchanges::world::{World, WorldError};

impl MpiWorld {
    /// Do what all ranks do together, unless an earlier such operation has failed here.
    pub(super) fn together<T>(
        &mut self,
        operation: impl FnOnce(&mut Self) -> Result<T, WorldError>,
    ) -> Result<T, WorldError> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        operation(self).inspect_err(|error| self.broken = Some(error.clone()))
    }

    /// Wait for an operation that all ranks take part in; its buffers.
    fn wait<B>(&mut self, what: &str, mut pending: Pending<B>) -> Result<B, WorldError> {
        self.watch.until(what, || pending.test())?;
        Ok(pending.into_buffers())
    }

    fn wait_for_all(&mut self, purpose: &str) -> Result<(), WorldError> {
        let what = format!("all {} ranks of the job to {purpose}", self.size());
        let barrier = self.control.barrier()?;
        self.wait(&what, barrier)
    }

    /// Lengths first, then the bytes as whole words.
    pub(super) fn gather(&mut self, mine: &[u8]) -> Result<Vec<Vec<u8>>, WorldError> {
        let what = format!(
            "all {} ranks of the job to tell what they have",
            self.size()
        );
        let gathering = self.control.gather_word(mine.len() as u64)?;
        let [_, lengths] = self.wait(&what, gathering)?;
        let lengths: Vec<usize> = lengths
            .into_iter()
            .map(|length| usize::try_from(length).expect("lengths fit the memory they come from"))
            .collect();
        let counts: Vec<usize> = lengths.iter().map(|length| length.div_ceil(8)).collect();
        let gathering = self.control.gather_words(to_words(mine), &counts)?;
        let ([_, words], _) = self.wait(&what, gathering)?;
        let mut rest = words.as_slice();
        let mut gathered = Vec::with_capacity(lengths.len());
        for (length, count) in lengths.into_iter().zip(counts) {
            let (words, others) = rest.split_at(count);
            gathered.push(bytemuck::cast_slice::<u64, u8>(words)[..length].to_vec());
            rest = others;
        }
        Ok(gathered)
    }

    /// A sparse all-to-all.
    pub(super) fn deliver(
        &mut self,
        outgoing: Vec<(usize, Vec<u8>)>,
    ) -> Result<Vec<(usize, Vec<u8>)>, WorldError> {
        if let Some(&(to, _)) = outgoing.iter().find(|&&(to, _)| to >= self.size()) {
            return Err(WorldError::Failed(format!(
                "a parcel for rank {to}, expected one of 0..{}",
                self.size()
            )));
        }
        let what = format!(
            "all {} ranks of the job to hand over their parcels",
            self.size()
        );
        let mut meeting = Meeting::begin(self.control, self.meetings, outgoing)?;
        self.meetings += 1;
        self.watch.until(&what, || meeting.advance())?;
        Ok(meeting.into_arrived())
    }

    /// A communicator for each color.
    pub(super) fn form(&mut self, color: usize) -> Result<i32, WorldError> {
        // MPI_Comm_split blocks: enter it only when all are there.
        self.wait_for_all("form the communicators of the components")?;
        let formed = self.traffic.split(color)?;
        // The host uses it, and hosts rely on MPI's default: errors end the job.
        formed.make_errors_fatal()?;
        self.formed.push(formed);
        Ok(formed.fortran_handle())
    }

    /// Wait until all that was published has left, here and everywhere; what arrives is nobody's any more.
    ///
    /// Not all pieces of a long message have a posted receive: they leave only while the receiver takes them.
    fn flush(&mut self) -> Result<(), WorldError> {
        let what = format!(
            "all {} ranks of the job to finish the coupling",
            self.size()
        );
        let Self {
            watch,
            senders,
            receivers,
            control,
            ..
        } = self;
        watch.until("other ranks to receive what this one has sent", || {
            receivers.iter_mut().try_for_each(Receiver::discard)?;
            are_flushed(senders)
        })?;
        let mut barrier = control.barrier()?;
        watch.until_the_end(&what, || {
            receivers.iter_mut().try_for_each(Receiver::discard)?;
            barrier.test()
        })
    }

    /// Take back the receives that no message has come for.
    fn cancel_receives(&mut self) -> Result<(), WorldError> {
        let Self {
            watch, receivers, ..
        } = self;
        receivers.iter_mut().try_for_each(Receiver::begin_cancel)?;
        watch.until(
            "MPI to take back the receives that nothing came for",
            || {
                let mut ended = true;
                for receiver in receivers.iter_mut() {
                    ended &= receiver.has_ended()?;
                }
                Ok(ended)
            },
        )
    }

    /// Flush, meet the others, take back what nobody will answer, free all.
    pub(super) fn leave(&mut self) -> Result<(), WorldError> {
        if !environment::is_running() {
            return Err(WorldError::Failed(
                "MPI has ended before the coupling: finish the coupling first, then call MPI_Finalize".to_owned(),
            ));
        }
        self.flush()?;
        self.cancel_receives()?;
        self.open = false;
        self.senders.clear();
        self.receivers.clear();
        for communicator in self.formed.drain(..) {
            communicator.free()?;
        }
        self.control.free()?;
        self.traffic.free()?;
        match self.started_by {
            StartedBy::Us => environment::finalize(),
            StartedBy::Host => Ok(()),
        }
    }
}

/// The bytes as whole words, the last one padded with zeros.
fn to_words(bytes: &[u8]) -> Vec<u64> {
    let mut words = vec![0_u64; bytes.len().div_ceil(8)];
    bytemuck::cast_slice_mut(&mut words)[..bytes.len()].copy_from_slice(bytes);
    words
}
