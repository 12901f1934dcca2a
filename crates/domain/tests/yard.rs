//! Several runs of one repository with their concurrency groups, and the messages between them. After every command
//! it is checked that what the groups say and what the runs say is the same.

use crate::given::Story;
use runyard_domain::{
    Event, Refusal, Run, RunStatus,
    concurrency::{ConcurrencyGroup, Groups, Member, Message, Notice},
    run::{AttemptState, CallGate, JobState, Planning},
};
use std::collections::{BTreeMap, VecDeque};

/// Runs 1, 2, ... with their groups.
#[derive(Default)]
pub(crate) struct Yard {
    pub(crate) stories: Vec<Story>,
    groups: Vec<ConcurrencyGroup>,
    pub(crate) messages: VecDeque<Message>,
}

impl Yard {
    /// A new run of this file, planned; every message is passed on.
    pub(crate) fn starts(&mut self, text: &str) -> usize {
        let run = self.requests(text);
        self.tells(run, |run, planning| run.plan(planning)).unwrap();
        run
    }

    /// A new run of this file, not planned yet.
    pub(crate) fn requests(&mut self, text: &str) -> usize {
        let run = self.stories.len() + 1;
        let story = Story::requested_as(i64::try_from(run).unwrap(), text);
        self.stories.push(story);
        run
    }

    /// Gives a command to a run, and passes on every message.
    pub(crate) fn tells(
        &mut self,
        run: usize,
        verb: impl Fn(&mut Run, Planning<'_>) -> Result<Vec<Event>, Refusal>,
    ) -> Result<Vec<Event>, Refusal> {
        let said = self.tells_alone(run, verb);
        while !self.messages.is_empty() {
            self.passes_on(0);
        }
        said
    }

    /// Gives a command to a run; its messages are left.
    pub(crate) fn tells_alone(
        &mut self,
        run: usize,
        verb: impl Fn(&mut Run, Planning<'_>) -> Result<Vec<Event>, Refusal>,
    ) -> Result<Vec<Event>, Refusal> {
        self.with(run, |story| story.command(&verb))
    }

    /// What a story of one run knows how to do, with the groups of all.
    pub(crate) fn with<T>(&mut self, run: usize, does: impl Fn(&mut Story) -> T) -> T {
        let now = self.stories.iter().map(|story| story.now).max().unwrap();
        let story = &mut self.stories[run - 1];
        story.now = now;
        story.groups = Groups::new(self.groups.iter().cloned());
        let said = does(story);
        let groups = std::mem::take(&mut story.groups);
        let taken = groups.iter().filter(|group| group.running().is_some());
        self.groups = taken.cloned().collect();
        self.messages.extend(groups.messages().cloned());
        self.assert_agrees();
        said
    }

    /// The same, and passes on every message.
    pub(crate) fn does<T>(&mut self, run: usize, does: impl Fn(&mut Story) -> T) -> T {
        let said = self.with(run, does);
        while !self.messages.is_empty() {
            self.passes_on(0);
        }
        said
    }

    /// Applies one message.
    pub(crate) fn passes_on(&mut self, place: usize) {
        let message = self.messages.remove(place).unwrap();
        let run = usize::try_from(message.to.run().get()).unwrap();
        let heard = self.tells_alone(run, |run, planning| run.hear(&message, planning));
        heard.unwrap();
    }

    /// How each run ended, or else where it stands.
    pub(crate) fn stands(&self) -> Vec<&'static str> {
        self.stories.iter().map(Story::stands).collect()
    }

    /// The ids of the runs in a group: who has the slot, then who waits.
    pub(crate) fn line(&self, name: &str) -> Vec<i64> {
        let group = self.groups.iter().find(|group| group.name.as_str() == name);
        let members = group.into_iter().flat_map(|group| {
            let pending = group.pending().iter();
            group.running().into_iter().chain(pending)
        });
        members.map(|member| member.run().get()).collect()
    }

    /// Whether nobody is in any group.
    pub(crate) fn is_free(&self) -> bool {
        self.groups.is_empty()
    }

    fn assert_agrees(&self) {
        let mut members: BTreeMap<String, (&Member, bool)> = BTreeMap::new();
        for group in &self.groups {
            let running = group.running().into_iter().map(|member| (member, true));
            let pending = group.pending().iter().map(|member| (member, false));
            for (member, has_slot) in running.chain(pending) {
                let known = members.insert(format!("{member:?}"), (member, has_slot));
                assert!(known.is_none(), "twice in groups: {member:?}");
            }
        }
        for (member, has_slot) in members.values() {
            let story = &self.stories[usize::try_from(member.run().get()).unwrap() - 1];
            self.assert_member(member, *has_slot, &story.run);
        }
        for story in &self.stories {
            self.assert_pending_is_in_line(&story.run, &members);
            self.assert_memberships(&story.run, &members);
        }
    }

    /// Nothing is overdue, and the run itself names all who are in groups and where they stand, unless one of them is
    /// just told.
    fn assert_memberships(&self, run: &Run, members: &BTreeMap<String, (&Member, bool)>) {
        assert_eq!(run.overdue(), None);
        let own = run.memberships();
        for one in &own {
            let told = self.messages.iter().any(|message| message.to == one.member);
            let kept = members.get(&format!("{:?}", one.member));
            let agrees = kept.is_some_and(|(_, has_slot)| *has_slot == one.has_slot);
            assert!(agrees || told, "{one:?} is not in its group so: {kept:?}");
        }
        let kept = members
            .values()
            .filter(|(member, _)| member.run() == run.id());
        for (member, _) in kept {
            let is_named = own.iter().any(|one| one.member == **member);
            assert!(
                is_named,
                "{member:?} is in a group and not by its run's word"
            );
        }
    }

    /// A member is neither completed nor of another attempt; what has the slot goes on or is just told so, what has it
    /// not waits.
    fn assert_member(&self, member: &Member, has_slot: bool, run: &Run) {
        let told = self.messages.iter().any(|message| {
            message.to == *member && (!has_slot || message.notice == Notice::Granted)
        });
        let waits = match member {
            Member::Run { attempt, .. } => {
                assert_eq!(*attempt, run.attempt().number);
                assert_ne!(run.status(), RunStatus::Completed, "{member:?}");
                run.attempt().state == AttemptState::Pending
            }
            Member::Job { job, .. } => {
                let state = &run.job(*job).unwrap().state;
                assert_eq!(state.conclusion(), None, "{member:?}");
                *state == JobState::Pending
            }
            Member::Call {
                node, leg, gate, ..
            } => {
                let mut calls = run.attempt().calls();
                let call = calls.find(|(of, call)| *of == node && call.leg_index() == *leg);
                call.unwrap().1.gate == CallGate::Pending(*gate)
            }
        };
        assert!(
            waits != has_slot || told,
            "{member:?} has the slot: {has_slot}, waits: {waits}: {run:?}"
        );
    }

    /// What waits is in line, or is just told that it is not any more.
    fn assert_pending_is_in_line(&self, run: &Run, members: &BTreeMap<String, (&Member, bool)>) {
        let attempt = run.attempt();
        let jobs = attempt
            .planned()
            .filter(|job| job.state == JobState::Pending);
        let jobs = jobs.map(|job| Member::Job {
            run: run.id(),
            job: job.id,
        });
        let own = (attempt.state == AttemptState::Pending).then(|| run.member());
        for member in jobs.chain(own) {
            let told = self.messages.iter().any(|message| message.to == member);
            let in_line = members.contains_key(&format!("{member:?}"));
            assert!(in_line || told, "nobody will ever hear of {member:?}");
        }
    }
}
