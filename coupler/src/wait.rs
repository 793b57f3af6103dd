//! The one loop in which a rank waits: it polls what it waits for, listens for failures, says who is late, gives up.

use crate::{code::Code, error::Error, rest::Rest};
use halocline_exchanges::world::{Patience, World, WorldError};
use std::time::Instant;

/// While a rank looks quickly, it listens for failures and reads the clock at every so many looks only: a partner that is
/// about to answer must not wait for these.
const QUICK_LOOKS: u32 = 16;

/// Poll `ready` until it says yes; `what` names the awaited in words and is asked only when it is late.
pub(crate) fn until(
    world: &mut dyn World,
    patience: Patience,
    rest: &Rest,
    mut ready: impl FnMut(&mut dyn World) -> Result<bool, WorldError>,
    what: impl Fn(&mut dyn World) -> String,
    mut late: impl FnMut(&str, u64),
) -> Result<(), Error> {
    if ready(world)? {
        return Ok(());
    }
    let start = Instant::now();
    let mut pace = rest.pace();
    let mut warned = false;
    let mut looks = 0_u32;
    loop {
        // Before the look: what changes after it then ends the rest.
        let heard = rest.listen();
        if ready(world)? {
            return Ok(());
        }
        looks += 1;
        if !pace.is_slow() && !looks.is_multiple_of(QUICK_LOOKS) {
            rest.pause(&mut pace, heard);
            continue;
        }
        if let Some(notice) = world.notice() {
            // What was sent before the notice may complete the wait: the failure is told at the next one.
            if ready(world)? {
                return Ok(());
            }
            return Err(WorldError::Ended(notice).into());
        }
        rest.pause(&mut pace, heard);
        let waited = start.elapsed();
        if !warned && waited >= patience.warn_after {
            warned = true;
            let text = what(world);
            tracing::warn!("still waiting for {text} after {} s", waited.as_secs());
            late(&text, waited.as_secs());
        }
        if waited >= patience.timeout {
            let text = what(world);
            return Err(Error::new(
                Code::Timeout,
                format!("waited {} s for {text}", waited.as_secs()),
                "the field within `watch: timeout`",
                "see whether the sender calls send for this field and date; a slow model needs a larger `watch: timeout` in the experiment file",
            ));
        }
    }
}
