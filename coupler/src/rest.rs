//! What a rank does while it has nothing to do: it sleeps on its bell, unless messages want looking after.

use halocline_exchanges::pace::Pace;
use halocline_exchanges_shared::{Bell, Segment};
use std::{sync::Arc, time::Duration};

/// The longest sleep on the bell: news of a failure comes by message, and lies unseen as long.
const LONGEST_SLEEP: Duration = Duration::from_millis(2);

/// How a rank rests. It also keeps the segment, whose descriptor others open.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rest {
    shared: Option<(Bell, Arc<Segment>)>,
    /// Whether some channel of this rank is of messages: MPI moves them only when it is called.
    has_messages: bool,
}

impl Rest {
    pub(crate) fn new(segment: Arc<Segment>) -> Self {
        Self {
            shared: Some((segment.bell(), segment)),
            has_messages: false,
        }
    }

    /// From now on messages want looking after.
    pub(crate) fn with_messages(self, has_messages: bool) -> Self {
        Self {
            has_messages: self.has_messages || has_messages,
            ..self
        }
    }

    fn bell(&self) -> Option<&Bell> {
        let (bell, _) = self.shared.as_ref().filter(|_| !self.has_messages)?;
        Some(bell)
    }

    /// The pauses of one wait.
    pub(crate) fn pace(&self) -> Pace {
        if self.has_messages {
            Pace::new().with_messages()
        } else {
            Pace::new()
        }
    }

    /// To be called before looking whether to rest: what rings after this ends the rest.
    pub(crate) fn listen(&self) -> u32 {
        self.bell().map_or(0, Bell::listen)
    }

    /// Rest a little: spin, then let others run, then sleep.
    pub(crate) fn pause(&self, pace: &mut Pace, heard: u32) {
        match self.bell() {
            None => pace.pause(),
            Some(bell) => {
                pace.pause_by(|| bell.sleep(heard, LONGEST_SLEEP));
            }
        }
    }
}
