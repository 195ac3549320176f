//! Makes plans: unique values, and calls with them.

use std::time::Duration;

use vibecode_tests::world::Dice;

use super::plan::{Contact, Do, How, Item, Plan, Step, Want};

/// The parameters of a plan.
pub(crate) struct Maker<'a> {
    pub(crate) dice: &'a mut Dice,
    pub(crate) plan: Plan,
    /// How callers treat their futures, other than awaiting them.
    pub(crate) hows: Vec<(u32, Treats)>,
    /// Which calls begin a story.
    pub(crate) kinds: Vec<(u32, Kind)>,
    /// The delay of the calls that repeat a story, in seconds.
    pub(crate) later: Vec<(u32, (u64, u64))>,
    made: u64,
}

/// How a caller treats a future.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Treats {
    Awaits,
    Drops,
    PollsRarely,
    Holds,
}

/// The kind of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Update,
    Ensure,
    UpdateJob,
    EnsureJob,
    Batch,
    UpdateMany,
    EnsureMany,
    UpdateJobs,
    EnsureJobs,
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

impl<'a> Maker<'a> {
    pub(crate) fn new(dice: &'a mut Dice) -> Self {
        Self {
            dice,
            plan: Plan {
                clients: 1,
                ..Plan::default()
            },
            hows: vec![(1, Treats::Awaits)],
            kinds: vec![(3, Kind::Update), (3, Kind::Ensure)],
            later: vec![
                (3, (0, 3)),
                (2, (5, 80)),
                (2, (60, 72)),
                (2, (70, 150)),
                (2, (100, 300)),
            ],
            made: 0,
        }
    }

    fn next(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    pub(crate) fn phone(&mut self) -> String {
        let number = self.next();
        format!("+7916{:07}", 1_000_000 + number * 37)
    }

    pub(crate) fn email(&mut self) -> String {
        let number = self.next();
        format!("Person{number}@example.com")
    }

    /// Something that adds, and that a story is about.
    pub(crate) fn adding(&mut self) -> Want {
        let mut want = Want::default();
        match self.dice.below(4) {
            0 => want.emails.push(self.email()),
            1 => {
                want.phones.push(self.phone());
                want.emails.push(self.email());
            }
            2 => {
                want.phones.push(self.phone());
                want.phones.push(self.phone());
            }
            _ => want.phones.push(self.phone()),
        }
        want
    }

    /// Contacts from 71 on, each with a phone and an email.
    pub(crate) fn contacts(&mut self, count: u64) {
        for id in 71..71 + count {
            let number = self.next();
            self.plan.contacts.push(Contact {
                id,
                last_name: format!("Petrov{number}"),
                post: Some(format!("Clerk{number}")),
                phones: vec![format!("+7495{:07}", 2_000_000 + id)],
                emails: vec![format!("first{id}@example.com")],
            });
        }
    }

    fn how(&mut self) -> How {
        match self.dice.weighted(&self.hows.clone()) {
            Treats::Awaits => How::Await,
            Treats::Drops => {
                How::Drop(
                    self.dice.up_to(*self.dice.clone().pick(&[
                        seconds(1),
                        seconds(20),
                        seconds(100),
                    ])),
                )
            }
            Treats::PollsRarely => How::Rarely(self.dice.between(seconds(1), seconds(40))),
            Treats::Holds => How::Hold(self.dice.up_to(*self.dice.clone().pick(&[
                Duration::from_millis(30),
                seconds(1),
                seconds(30),
            ]))),
        }
    }

    /// The marker of a call, if it is of a kind that always sends its patch.
    fn marked(&mut self, mut want: Want, ensures: bool) -> Want {
        let number = self.next();
        if ensures {
            if self.dice.chance(0.3) {
                want.post = Some(Some(format!("Ensured post {number}")));
            } else if self.dice.chance(0.1) {
                want.post = Some(None);
            }
        } else {
            want.comments = Some(format!("marker {number};"));
            if self.dice.chance(0.3) {
                want.post = Some(Some(format!("Updated post {number}")));
            }
        }
        want
    }

    fn item(&mut self, id: u64, want: &Want, ensures: bool) -> Item {
        Item {
            id,
            want: self.marked(want.clone(), ensures),
        }
    }

    /// The item among items of other records, which only set, or add their own values.
    fn among(&mut self, id: u64, want: &Want, ensures: bool) -> Vec<Item> {
        let mut items = Vec::new();
        let ids: Vec<u64> = self
            .plan
            .contacts
            .iter()
            .map(|contact| contact.id)
            .collect();
        let own = self.dice.below(ids.len());
        for (position, other) in ids.iter().enumerate() {
            if position == own {
                items.push(self.item(id, want, ensures));
            }
            if *other != id && self.dice.chance(0.6) {
                let mut wanted = if self.dice.chance(0.5) {
                    self.adding()
                } else {
                    Want::default()
                };
                let number = self.next();
                wanted.post = Some(Some(format!("Beside post {number}")));
                items.push(self.item(*other, &wanted, ensures));
            }
        }
        items
    }

    pub(crate) fn call(&mut self, kind: Kind, id: u64, want: &Want) -> Do {
        match kind {
            Kind::Update => Do::Update(self.item(id, want, false)),
            Kind::Ensure => Do::Ensure(self.item(id, want, true)),
            Kind::UpdateJob => Do::UpdateJob(self.item(id, want, false)),
            Kind::EnsureJob => Do::EnsureJob(self.item(id, want, true)),
            Kind::Batch => Do::Batch(self.among(id, want, false)),
            Kind::UpdateMany => {
                let mut items = self.among(id, want, false);
                // A record may occur several times: its changes keep their order.
                if self.dice.chance(0.5) {
                    let again = self.item(id, &Want::default(), false);
                    items.push(again);
                }
                Do::UpdateMany(items)
            }
            Kind::EnsureMany => Do::EnsureMany(self.among(id, want, true)),
            Kind::UpdateJobs => Do::UpdateJobs(self.among(id, want, false)),
            Kind::EnsureJobs => Do::EnsureJobs(self.among(id, want, true)),
        }
    }

    pub(crate) fn step(&mut self, client: usize, at: Duration, what: Do) {
        let how = self.how();
        self.plan.steps.push(Step {
            client,
            at,
            what,
            how,
        });
    }

    /// A call that adds, and `ensure` calls with the same values, some immediately and some later.
    pub(crate) fn story(&mut self, client: usize, id: u64) {
        let want = self.adding();
        let mut at = self.dice.up_to(seconds(4));
        let kind = *self.dice.weighted(&self.kinds.clone());
        let first = self.call(kind, id, &want);
        self.step(client, at, first);
        for _ in 0..=self.dice.below(3) {
            let (low, high) = *self.dice.weighted(&self.later.clone());
            at += self.dice.between(seconds(low), seconds(high)) + Duration::from_millis(20);
            let kinds: Vec<(u32, Kind)> = self
                .kinds
                .iter()
                .map(|(weight, kind)| (*weight, kind.ensuring()))
                .collect();
            let kind = *self.dice.weighted(&kinds);
            let again = self.call(kind, id, &want);
            self.step(client, at, again);
        }
    }

    /// A call that only sets.
    pub(crate) fn setting(&mut self, client: usize, id: u64) {
        let at = self.dice.up_to(seconds(120));
        let number = self.next();
        let want = Want {
            post: Some(Some(format!("Set post {number}"))),
            ..Want::default()
        };
        let ensures = self.dice.chance(0.2);
        let item = Item {
            id,
            want: self.marked_setting(want, ensures),
        };
        let what = if ensures {
            Do::Ensure(item)
        } else {
            Do::Update(item)
        };
        self.step(client, at, what);
    }

    fn marked_setting(&mut self, mut want: Want, ensures: bool) -> Want {
        if !ensures {
            let number = self.next();
            want.comments = Some(format!("marker {number};"));
        }
        want
    }

    /// Stories and settings of some contacts, each of one client.
    pub(crate) fn stories(&mut self, contacts: u64) {
        self.contacts(contacts);
        for position in 0..contacts {
            let id = 71 + position;
            let client = usize::try_from(position).unwrap_or(0) % self.plan.clients;
            self.story(client, id);
            if self.dice.chance(0.4) {
                self.setting(client, id);
            }
            if self.dice.chance(0.3) {
                self.setting(client, id);
            }
        }
    }
}

impl Kind {
    /// The kind that reads first and sends what is missing.
    fn ensuring(self) -> Self {
        match self {
            Self::Update | Self::Ensure | Self::Batch => Self::Ensure,
            Self::UpdateJob | Self::EnsureJob => Self::EnsureJob,
            Self::UpdateMany | Self::EnsureMany => Self::EnsureMany,
            Self::UpdateJobs | Self::EnsureJobs => Self::EnsureJobs,
        }
    }
}
