//! The progress of one record: what was read, what is missing, what was sent, and what comes next.
//!
//! [`Progress::decide`] is called with the result of each read, [`Progress::note`] with that of each
//! write. Both set the next [`Step`]: read again at some time, write, or done. The steps themselves are in
//! the documentation of [`ensure`](super).
//!
//! Example: a patch adds a phone and sets the post. The settle time is 120 s.
//!
//! - 0 s: the read shows neither. No write is open, so the step is `Write` with both.
//! - 70 s: the PATCH times out. `lost` is its error, and the write is open until 190 s. The step is
//!   `Read` now.
//! - 70 s: the read still shows neither. It was sent before 190 s, so it does not prove that the phone was
//!   not added. Each further read comes twice as long after the first read as the one before, so the next
//!   is sent at 140 s, and the last at 190 s.
//! - 190 s: the read shows the post, but not the phone. The PATCH cannot be applied any more, so the step
//!   is `Write` with the phone alone.
//! - 191 s: the answer shows the phone. The step is `Done`.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    Ensured,
    missing::{Missing, shows_all},
    not_shown,
};
use crate::{
    Error, ErrorKind, Outcome, PatchJob, RawAnswer, Result,
    client::{LockRequest, RecordLock, request::Effect},
    many::ItemResult,
    patch::body::Body,
    value::multifield::{self, EntryKey},
};

/// The pause between the first read and the second. Each further read comes twice as long after the
/// first as the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// How long a success without additions may take to show in a read.
const SHOWN_WITHIN: Duration = Duration::from_secs(5);

pub(super) struct Progress {
    /// The index of the job in its pack.
    index: usize,
    pub(super) job: PatchJob,
    pub(super) lock: Option<RecordLock>,
    pub(super) step: Step,
    /// What the first read did not show.
    first: Option<Missing>,
    attempts_left: u32,
    was_sent: bool,
    /// The error of the last write with an unknown outcome.
    lost: Option<Error>,
    /// Whether a write with an unknown outcome may still be applied.
    is_open: bool,
    /// When the last attempt with an unknown outcome ended.
    lost_at: Option<Instant>,
    /// Until when the values of a success may still show.
    taken_until: Option<Instant>,
    /// When the first read was answered, or the last success that did not show the values.
    first_read: Option<Instant>,
    refuses_similar_phones: bool,
}

pub(super) enum Step {
    WaitForLock(LockRequest),
    Read(Instant),
    Write(Body),
    Done(Result<Ensured>),
}

/// What the open writes to a record mean for what is read of it.
#[derive(Default)]
struct OfOpenWrites {
    /// From when on a read shows all of them.
    settles_at: Option<Instant>,
    /// The entries that may be values that were sent, in another form.
    unknown: Vec<EntryKey>,
}

impl Progress {
    pub(super) fn new(index: usize, job: PatchJob, request: LockRequest, attempts: u32) -> Self {
        Self {
            index,
            job,
            lock: None,
            step: Step::WaitForLock(request),
            first: None,
            attempts_left: attempts,
            was_sent: false,
            lost: None,
            is_open: false,
            lost_at: None,
            taken_until: None,
            first_read: None,
            refuses_similar_phones: false,
        }
    }

    /// Adds no phone if the record has a similar one.
    pub(super) fn refusing_similar_phones(self) -> Self {
        Self {
            refuses_similar_phones: true,
            ..self
        }
    }

    /// Begins with the first read if the lock is acquired now.
    pub(super) fn begin_if_locked(&mut self) {
        if let Step::WaitForLock(request) = &mut self.step
            && let Some(lock) = request.try_lock_with_open_writes()
        {
            self.lock = Some(lock);
            self.step = Step::Read(Instant::now());
        }
    }

    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.step, Step::WaitForLock(_))
    }

    /// Returns whether no write was sent that has to be followed up.
    pub(super) fn has_sent_nothing(&self) -> bool {
        !self.is_done() && self.lost.is_none() && self.taken_until.is_none()
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self.step, Step::Done(_))
    }

    pub(super) fn due(&self) -> Option<Instant> {
        match self.step {
            Step::Read(at) => Some(at),
            Step::WaitForLock(_) | Step::Write(_) | Step::Done(_) => None,
        }
    }

    pub(super) fn attempts_left(&self) -> u32 {
        self.attempts_left
    }

    /// Decides what comes next after a read that was sent at `sent_at`.
    pub(super) fn decide(&mut self, read: Result<RawAnswer>, sent_at: Option<Instant>) {
        let now = Instant::now();
        let sent_at = sent_at.unwrap_or(now);
        self.first_read.get_or_insert(now);
        let missing = read.and_then(|raw| Ok((Missing::of(self.job.body(), &raw)?, raw)));
        let (mut missing, raw) = match missing {
            Ok(missing) => missing,
            Err(error) => return self.fail(error),
        };
        let of_lock = self.note_shown(&missing, &raw, sent_at);
        let refused = self.refuses_similar_phones;
        let refused = refused.then(|| missing.similar_phone(&raw)).flatten();
        let is_taken = self.taken_until.is_some();
        let stored_otherwise = is_taken.then(|| missing.stored_otherwise(&raw, &of_lock.unknown));
        let stored_otherwise = stored_otherwise.flatten();
        let body = std::mem::take(&mut missing.body);
        let first = self.first.get_or_insert(missing);
        if body.is_empty() {
            self.step = Step::Done(Ok(first.ensured(raw, self.was_sent)));
            return;
        }
        self.step = match self.taken_until {
            Some(until) => match stored_otherwise {
                Some(phone) => Step::Done(Err(stored_in_another_form(&phone))),
                None if sent_at >= until => Step::Done(Err(not_taken(&body))),
                None => self.read_again(now, until),
            },
            None => match &refused {
                Some(phone) if !self.was_sent => Step::Done(Err(refused_similar(phone))),
                _ => self.write_or_read_again(body, (sent_at, now), &of_lock, refused.is_some()),
            },
        };
    }

    /// Notes in the lock what a read has shown, and returns what its open writes mean for the next step.
    fn note_shown(&mut self, missing: &Missing, raw: &RawAnswer, sent_at: Instant) -> OfOpenWrites {
        let mut unknown = Vec::new();
        let Some(lock) = &mut self.lock else {
            return OfOpenWrites::default();
        };
        let entries = raw.multifields().ok().map(|entries| entries.keys());
        if let Some(entries) = &entries {
            lock.settle_shown(entries);
        }
        for entry in &missing.present {
            lock.note_shown(&entry.key());
        }
        // A read that lacks a value which was shown before is out of date.
        let shown = missing.wanted.iter();
        let shown = shown.filter_map(|entry| lock.shown_until(self.job.entity(), &entry.key()));
        let settles_at = shown.max().max(lock.settles_at());
        if let Some(entries) = entries {
            if Effect::of(&missing.body) == Effect::Adds {
                unknown = lock.unknown_entries(&missing.kinds(), &entries);
            }
            // Checks all kinds that are written, not only those that this patch adds.
            if lock.unknown_entries(multifield::KINDS, &entries).is_empty() {
                lock.settle_disproven(sent_at);
            }
            lock.note_read(entries);
        }
        OfOpenWrites {
            settles_at,
            unknown,
        }
    }

    /// Returns the step after a read that lacks what is in `body`: it is written once no open write can add it any more.
    fn write_or_read_again(
        &mut self,
        body: Body,
        (sent_at, now): (Instant, Instant),
        of_lock: &OfOpenWrites,
        has_similar_phone: bool,
    ) -> Step {
        let adds = Effect::of(&body) == Effect::Adds;
        match of_lock.settles_at {
            Some(at) if adds && sent_at < at => self.read_again(now, at),
            // After a write the similar phone is a new one too.
            _ if !of_lock.unknown.is_empty() || has_similar_phone => Step::Done(Err(reformatted())),
            _ if self.may_send(&body) => {
                self.is_open &= !adds;
                Step::Write(body)
            }
            _ => Step::Done(Err(not_shown(self.lost.take()))),
        }
    }

    fn may_send(&self, body: &Body) -> bool {
        let is_first = self.lost.is_none() && self.taken_until.is_none();
        // A record may never show whether an unchecked value is there.
        self.attempts_left > 0 && (is_first || !body.is_unchecked())
    }

    /// Notes the result of a write, how many attempts it took, and when the last of them with an unknown
    /// outcome ended.
    pub(super) fn note(
        &mut self,
        written: Result<RawAnswer>,
        attempts: u32,
        lost_at: Option<Instant>,
    ) {
        self.was_sent = true;
        self.lost_at = lost_at.or(self.lost_at);
        self.attempts_left = self.attempts_left.saturating_sub(attempts.max(1));
        match written {
            Ok(raw) => self.note_success(raw),
            Err(error) if error.outcome() == Outcome::NotApplied => {
                self.step = Step::Done(Err(error.unknown_if(self.is_open)));
            }
            Err(error) => {
                self.is_open = true;
                self.lost = Some(error);
                self.step = Step::Read(Instant::now());
            }
        }
    }

    /// A success is believed only if the answer shows the values.
    fn note_success(&mut self, raw: RawAnswer) {
        let now = Instant::now();
        if let Some(lock) = &mut self.lock
            && lock.settles_at().is_some()
            && let Ok(entries) = raw.multifields()
        {
            lock.settle_shown(&entries.keys());
        }
        if shows_all(self.job.body(), &raw) {
            let mut first = self.first.take().unwrap_or_default();
            self.step = Step::Done(Ok(first.ensured(raw, self.was_sent)));
            return;
        }
        let settles_at = self.lock.as_mut().and_then(RecordLock::settles_at);
        self.taken_until = settles_at.max(Some(now + SHOWN_WITHIN));
        self.first_read = Some(now);
        self.step = Step::Read(now);
    }

    pub(super) fn fail(&mut self, error: Error) {
        let is_open = self.is_open || self.taken_until.is_some();
        self.step = Step::Done(Err(error.unknown_if(is_open)));
    }

    pub(super) fn finish(self) -> ItemResult<Ensured> {
        let Self {
            index,
            step,
            job,
            lost_at,
            ..
        } = self;
        let result = match step {
            Step::Done(result) => result,
            Step::WaitForLock(_) | Step::Read(_) | Step::Write(_) => Err(not_shown(None)),
        };
        // The error of a request names it already.
        let named = |error: Error| {
            error.with(|details| {
                let call = || format!("ensure {}/{}", job.entity(), job.id());
                details.call.get_or_insert_with(call);
            })
        };
        ItemResult {
            index,
            result: result.map_err(named),
            lost_at,
        }
    }

    /// Schedules a further read, at the latest at `latest`.
    fn read_again(&self, now: Instant, latest: Instant) -> Step {
        let first = self.first_read.unwrap_or(now);
        let after = FIRST_PAUSE.max((now - first) * 2);
        Step::Read(latest.min(first + after).max(now))
    }
}

/// The error of a success whose values do not show. It names the fields, not the values.
fn not_taken(missing: &Body) -> Error {
    let names: Vec<_> = missing
        .changes()
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    let problem = format!(
        "the API reported a success, but the record does not show the values of {}: check that the fields exist on the portal",
        names.join(", ")
    );
    Error::new(ErrorKind::NotTaken, Outcome::Unknown, problem)
}

/// The error of a phone that is not sent, since the record has a similar one.
fn refused_similar(phone: &str) -> Error {
    let problem = format!(
        "{phone} has the same last digits as a phone that is to be added: it may be the same number with another prefix, so nothing was sent"
    );
    Error::not_sent(ErrorKind::SimilarPhone, problem)
}

/// The error of a success after which the record has a new phone that is similar to the one that was sent.
fn stored_in_another_form(phone: &str) -> Error {
    let problem = format!(
        "{phone} is new and has the same last digits as a phone that was sent: the portal has probably stored it in another form"
    );
    Error::new(ErrorKind::SimilarPhone, Outcome::Unknown, problem)
}

/// The error of a lost write after which the record has a new entry.
fn reformatted() -> Error {
    let problem = "the record shows a new phone or email that may be one of those sent, in another form: read the record before sending it again";
    Error::new(ErrorKind::MultifieldsUnknown, Outcome::Unknown, problem)
}
