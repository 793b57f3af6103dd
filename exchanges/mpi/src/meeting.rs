//! Sparse all-to-all: time and memory follow the partners of a rank, not the number of ranks.
//!
//! Non-blocking consensus (Hoefler, Siebert, Lumsdaine: "Scalable communication protocols for dynamic
//! sparse data exchange", PPoPP 2010): send synchronously, receive whatever comes; once all own sends
//! have been taken, enter a barrier; when the barrier is complete, every message has been taken.

use crate::{
    communicator::{Communicator, Probed},
    pending::Pending,
    watch::NOTICE_TAG,
};
use halocline_exchanges::world::WorldError;
use std::ffi::c_int;

/// One meeting under way.
pub(crate) struct Meeting {
    control: Communicator,
    tag: c_int,
    sends: Vec<Pending<Vec<u8>>>,
    receives: Vec<(Probed, Pending<Vec<u8>>)>,
    arrived: Vec<(usize, Vec<u8>)>,
    barrier: Option<Pending<()>>,
    barrier_complete: bool,
}

impl Meeting {
    /// Send what goes out. `round` counts the meetings of this communicator.
    pub(crate) fn begin(
        control: Communicator,
        round: u64,
        outgoing: Vec<(usize, Vec<u8>)>,
    ) -> Result<Self, WorldError> {
        // A rank that leaves a meeting may send for the next one before the others have left, but never
        // for the one after: two tags in turn keep them apart.
        let tag = NOTICE_TAG + 1 + c_int::from(round % 2 == 1);
        let mut meeting = Self {
            control,
            tag,
            sends: Vec::new(),
            receives: Vec::new(),
            arrived: Vec::new(),
            barrier: None,
            barrier_complete: false,
        };
        for (to, parcel) in outgoing {
            assert!(
                to < control.size,
                "a parcel for rank {to} of {}",
                control.size
            );
            if to == control.rank {
                meeting.arrived.push((to, parcel));
            } else {
                meeting
                    .sends
                    .push(control.send_synchronously(parcel, to, tag)?);
            }
        }
        Ok(meeting)
    }

    /// Take a step; whether the meeting is over.
    pub(crate) fn advance(&mut self) -> Result<bool, WorldError> {
        // The barrier is tested before the last probe: what it says was sent is then seen by the probe.
        if let Some(barrier) = &mut self.barrier {
            self.barrier_complete = barrier.test()?;
        }
        while let Some(probed) = self.control.probe(self.tag)? {
            self.receives
                .push((probed, self.control.receive(probed, self.tag)?));
        }
        let receiving = self.receive_some()?;
        if self.barrier.is_none() && self.all_taken()? {
            self.barrier = Some(self.control.barrier()?);
        }
        Ok(self.barrier_complete && !receiving)
    }

    /// Test the receives; whether some are still under way.
    fn receive_some(&mut self) -> Result<bool, WorldError> {
        let mut receiving = false;
        for (_, receive) in &mut self.receives {
            receiving |= !receive.test()?;
        }
        Ok(receiving)
    }

    /// Whether all that went out has been taken.
    fn all_taken(&mut self) -> Result<bool, WorldError> {
        let mut taken = true;
        for send in &mut self.sends {
            taken &= send.test()?;
        }
        Ok(taken)
    }

    /// What came in, sorted by sending rank, parcels of one rank in the order they were given.
    pub(crate) fn into_arrived(mut self) -> Vec<(usize, Vec<u8>)> {
        let received = self
            .receives
            .into_iter()
            .map(|(probed, receive)| (probed.source, receive.into_buffers()));
        self.arrived.extend(received);
        // Stable: probes show the messages of one rank in the order they were sent.
        self.arrived.sort_by_key(|&(from, _)| from);
        self.arrived
    }
}
