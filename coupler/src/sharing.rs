//! Which partners are on this node, and the memory that this rank shares with them.
//!
//! ```text
//! receiver                                   sender
//!   make a segment: an inbox an exchange
//!   invitation: ticket, addresses, runs  ──►   open the segment, join the runs with its own
//!                                        ◄──   answer: yes with its own ticket (for the bell), or no
//!   those who said no send messages            who was not invited sends messages
//! ```
//! Both meetings cost what a rank's partners cost. Who cannot share memory says so in the log and uses messages.

mod letters;

use crate::{code::Code, error::Error, rest::Rest};
use halocline_exchanges::{
    place::{PlaceRun, Placing, join},
    plan::{BlockRun, ExchangePlan, LocalRun},
    view::ElementKind,
    world::{World, WorldError},
};
use halocline_exchanges_shared::{Bell, Inbox, InboxShape, Outbox, Peer, Segment, Ticket, node};
use letters::{Answer, Block, Invitation, Invited};
use std::{collections::BTreeMap, sync::Arc};

/// The receiving side of one exchange, as far as it goes through memory.
#[derive(Debug)]
pub(crate) struct SharedSource {
    pub(crate) inbox: Inbox,
    /// Positions, among the messages that the plan receives, of those that come through the inbox.
    pub(crate) messages: Vec<usize>,
    /// To be rung when a message is released.
    pub(crate) bells: Vec<Bell>,
}

/// One message that goes into a receiver's block.
#[derive(Debug)]
pub(crate) struct SharedTarget {
    pub(crate) outbox: Outbox,
    /// Its parts, one for each field of the exchange.
    pub(crate) placings: Vec<Placing>,
}

/// What an exchange's receiver needs to have its block in shared memory.
#[derive(Debug)]
pub(crate) struct Incoming<'a> {
    pub(crate) plan: &'a ExchangePlan,
    pub(crate) kind: ElementKind,
    pub(crate) fill: f64,
    /// Levels of each field of this rank.
    pub(crate) levels: Vec<usize>,
}

/// The memory that this rank shares.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) rest: Rest,
    /// For each exchange, by its position: what comes through memory.
    pub(crate) sources: BTreeMap<usize, SharedSource>,
    /// For each exchange and receiving rank: what goes into memory.
    pub(crate) targets: BTreeMap<(usize, usize), SharedTarget>,
}

/// Whether this rank may share memory at all: `HALOCLINE_TRANSPORT`.
pub(crate) fn is_wanted() -> Result<bool, Error> {
    const NAME: &str = "HALOCLINE_TRANSPORT";
    match std::env::var(NAME).as_deref() {
        Err(_) | Ok("" | "auto") => Ok(true),
        Ok("messages") => Ok(false),
        Ok(other) => Err(Error::new(
            Code::Experiment,
            format!("the environment variable {NAME} is '{other}'"),
            "'auto' (memory within a node, messages between nodes) or 'messages'",
            format!("correct {NAME}, or unset it"),
        )),
    }
}

/// Arrange with all partners on this node what goes through memory. Collective.
///
/// `incoming` has an entry for each exchange that this rank receives.
pub(crate) fn arrange(
    world: &mut dyn World,
    wanted: bool,
    plans: &[ExchangePlan],
    incoming: &BTreeMap<usize, Incoming<'_>>,
) -> Result<Shared, WorldError> {
    let near = neighbours(world, wanted)?;
    let is_partner = |rank: usize| near.binary_search(&rank).is_ok();
    let invited = invited(incoming, is_partner);
    let sends_near = plans
        .iter()
        .flat_map(|plan| &plan.send)
        .any(|message| is_partner(message.to));
    let shapes: Vec<InboxShape> = invited
        .iter()
        .map(|(at, list)| shape(&incoming[at], list))
        .collect();
    let segment = if invited.is_empty() && !sends_near {
        None
    } else {
        make_segment(&shapes)
    };
    let Some(mut segment) = segment else {
        return refuse_all(world);
    };
    let mut inboxes = segment.take_inboxes();
    for (inbox, at) in inboxes.iter_mut().zip(invited.keys()) {
        fill(inbox, &incoming[at]);
    }
    let letters = write_invitations(&segment.ticket(), &inboxes, &invited, incoming);
    let received = world.meet(letters)?;
    let mut targets = BTreeMap::new();
    let mut answers = Vec::new();
    for (from, letter) in &received {
        answers.push((
            *from,
            accept(*from, letter, &segment.ticket(), plans, &mut targets),
        ));
    }
    let mut accepted = BTreeMap::new();
    for (from, answer) in world.meet(answers)? {
        if let Some(ticket) = Answer::read(&answer) {
            accepted.insert(from, bell_of(&ticket));
        }
    }
    let sources = sources(inboxes, &invited, &accepted, incoming);
    Ok(Shared {
        rest: Rest::new(Arc::new(segment)),
        sources,
        targets,
    })
}

/// Take part in the meetings of those who invite, and refuse: this rank has no memory to share.
fn refuse_all(world: &mut dyn World) -> Result<Shared, WorldError> {
    let invitations = world.meet(Vec::new())?;
    let refusals = invitations.iter().map(|(from, _)| (*from, Answer::no()));
    world.meet(refusals.collect())?;
    Ok(Shared::default())
}

/// The ranks that can share memory with this one, in their order. Collective.
fn neighbours(world: &mut dyn World, wanted: bool) -> Result<Vec<usize>, WorldError> {
    let mine = match node::identity() {
        Ok(identity) if wanted => identity,
        Ok(_) => 0,
        Err(error) => {
            tracing::warn!(
                "/proc does not tell which processes are on this node ({error}): messages instead of memory"
            );
            0
        }
    };
    let all = world.gather_all(&mine.to_le_bytes())?;
    let is_near = |bytes: &[u8]| mine != 0 && bytes == mine.to_le_bytes();
    let ranks = all.iter().enumerate().filter(|(_, bytes)| is_near(bytes));
    Ok(ranks.map(|(rank, _)| rank).collect())
}

/// For each exchange that this rank receives: the messages whose senders are on this node.
fn invited(
    incoming: &BTreeMap<usize, Incoming<'_>>,
    is_partner: impl Fn(usize) -> bool,
) -> BTreeMap<usize, Vec<usize>> {
    let lists = incoming.iter().map(|(at, incoming)| {
        let messages = incoming.plan.receive.iter().enumerate();
        let near = messages.filter(|(_, message)| is_partner(message.from));
        (*at, near.map(|(position, _)| position).collect::<Vec<_>>())
    });
    lists.filter(|(_, list)| !list.is_empty()).collect()
}

fn shape(incoming: &Incoming<'_>, senders: &[usize]) -> InboxShape {
    let cells = incoming.plan.block.map_or(0, |block| block.cells());
    let parts = incoming
        .levels
        .iter()
        .map(|levels| levels * cells * incoming.kind.size());
    InboxShape {
        senders: senders.len(),
        parts: parts.collect(),
    }
}

fn make_segment(shapes: &[InboxShape]) -> Option<Segment> {
    match Segment::create(shapes) {
        Ok(segment) => Some(segment),
        Err(error) => {
            tracing::warn!("{error}: messages are used instead, at the price of one more copy");
            None
        }
    }
}

/// Write the fill value into both slots: what no sender writes keeps it.
fn fill(inbox: &mut Inbox, incoming: &Incoming<'_>) {
    for slot in 0..2 {
        for part in 0..incoming.levels.len() {
            let mut part = inbox.prepare(slot, part);
            match incoming.kind {
                #[allow(
                    clippy::cast_possible_truncation,
                    reason = "it was rounded where it came from the experiment"
                )]
                ElementKind::F32 => part.as_mut_slice().fill(incoming.fill as f32),
                ElementKind::F64 => part.as_mut_slice().fill(incoming.fill),
            }
        }
    }
}

/// One letter for each rank that is invited, with all exchanges that it sends here.
fn write_invitations(
    ticket: &Ticket,
    inboxes: &[Inbox],
    invited: &BTreeMap<usize, Vec<usize>>,
    incoming: &BTreeMap<usize, Incoming<'_>>,
) -> Vec<(usize, Vec<u8>)> {
    let mut letters = BTreeMap::new();
    for (inbox, (at, positions)) in inboxes.iter().zip(invited) {
        let incoming = &incoming[at];
        for (number, position) in positions.iter().enumerate() {
            let message = &incoming.plan.receive[*position];
            let letter = letters
                .entry(message.from)
                .or_insert_with(|| Invitation::new(ticket));
            letter.add(Invited {
                exchange: *at,
                address: inbox.address(number),
                kind: incoming.kind,
                cells: incoming.plan.block.map_or(0, |block| block.cells()),
                blocks: message
                    .fields
                    .iter()
                    .zip(inbox.part_offsets())
                    .map(|(field, base)| Block {
                        base: *base,
                        first_level: field.levels.start,
                        runs: Arc::clone(&field.runs),
                    })
                    .collect(),
            });
        }
    }
    let letters = letters.into_iter();
    letters
        .map(|(to, letter)| (to, letter.into_bytes()))
        .collect()
}

/// Open the memory that rank `from` offers; the answer.
fn accept(
    from: usize,
    letter: &[u8],
    own: &Ticket,
    plans: &[ExchangePlan],
    targets: &mut BTreeMap<(usize, usize), SharedTarget>,
) -> Vec<u8> {
    let (ticket, list) = Invitation::read(letter);
    let peer = match Peer::open(&ticket) {
        Ok(peer) => peer,
        Err(error) => {
            tracing::warn!("{error}: rank {from} of the job gets messages instead");
            return Answer::no();
        }
    };
    for invited in list {
        let messages = &plans[invited.exchange].send;
        let message = messages.iter().find(|message| message.to == from);
        let Some(message) = message else { continue };
        let mut joined = Joined::default();
        let placings = message.fields.iter().zip(&invited.blocks);
        let placings = placings.map(|(field, block)| Placing {
            runs: joined.join(&field.runs, &block.runs),
            from_levels: field.levels.clone(),
            to_level: block.first_level,
            base: block.base,
            cells: invited.cells,
            kind: invited.kind,
        });
        let target = SharedTarget {
            placings: placings.collect(),
            outbox: Outbox::new(&peer, invited.address),
        };
        targets.insert((invited.exchange, from), target);
    }
    Answer::yes(own)
}

/// The runs of a field as its sender has them, as its receiver has them, and joined.
type JoinedRuns = (Arc<[LocalRun]>, Arc<[BlockRun]>, Arc<[PlaceRun]>);

/// The runs joined last: fields at the same points share them.
#[derive(Default)]
struct Joined(Option<JoinedRuns>);

impl Joined {
    fn join(&mut self, local: &Arc<[LocalRun]>, block: &Arc<[BlockRun]>) -> Arc<[PlaceRun]> {
        if let Some((last_local, last_block, runs)) = &self.0
            && Arc::ptr_eq(last_local, local)
            && Arc::ptr_eq(last_block, block)
        {
            return Arc::clone(runs);
        }
        let runs: Arc<[_]> = join(local, block).into();
        self.0 = Some((Arc::clone(local), Arc::clone(block), Arc::clone(&runs)));
        runs
    }
}

/// The bell of a sender that said yes.
fn bell_of(ticket: &Ticket) -> Option<Bell> {
    match Peer::open(ticket) {
        Ok(peer) => Some(peer.bell()),
        Err(error) => {
            // It then looks by itself from time to time.
            tracing::debug!("cannot ring the bell of a sender: {error}");
            None
        }
    }
}

/// The inboxes with those senders that accepted; without any, messages take over.
fn sources(
    inboxes: Vec<Inbox>,
    invited: &BTreeMap<usize, Vec<usize>>,
    accepted: &BTreeMap<usize, Option<Bell>>,
    incoming: &BTreeMap<usize, Incoming<'_>>,
) -> BTreeMap<usize, SharedSource> {
    let mut sources = BTreeMap::new();
    for (mut inbox, (at, positions)) in inboxes.into_iter().zip(invited) {
        let from = |position: usize| incoming[at].plan.receive[position].from;
        inbox.keep_senders(|number| accepted.contains_key(&from(positions[number])));
        let kept = positions
            .iter()
            .copied()
            .filter(|position| accepted.contains_key(&from(*position)));
        let messages: Vec<usize> = kept.collect();
        let bells = messages
            .iter()
            .filter_map(|position| accepted[&from(*position)].clone());
        let source = SharedSource {
            bells: bells.collect(),
            inbox,
            messages,
        };
        if !source.messages.is_empty() {
            sources.insert(*at, source);
        }
    }
    sources
}
