//! Every route, sent good and bad requests by everybody for a while: each answer must be a proper one, the server
//! must stay well, and every route must have been reached.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use runyard_tests::{Store, stores};
use serde_json::Value;

use crate::case::Case;
use crate::count::Count;
use crate::mutate::mutate;
use crate::oracle::{fault, may_wait};
use crate::random::Random;
use crate::routes::{self, Route};
use crate::settings::Plan;
use crate::wire::{Reply, Silence, exchange};
use crate::world::World;
use crate::{invariants, traffic, valid};

stores!(memory, sqlite, postgres => [
    every_route_answers_whatever_it_is_sent,
]);

/// Longest time of an answer.
const LIMIT: Duration = Duration::from_secs(20);
/// A client that waits for a job goes away after this.
const WAITED: Duration = Duration::from_millis(300);
/// One thing happens in so many cases.
const TRAFFIC: u64 = 20;
/// The state is looked at once in so many cases.
const LOOK: u64 = 400;
/// The same request is sent so often at once, once in so many cases.
const BURST: usize = 3;
const BURSTS: usize = 40;
/// So many different faults end the test.
const FAULTS_MAX: usize = 25;
/// More is not shown of a request, an answer and what is wrong with it.
const SHOWN_CHARS: usize = 800;
/// Good requests that a route gets at the end when none succeeded before.
const LAST_TRIES: usize = 40;
/// Words that no log of a server may hold, unless the client sent what is no HTTP.
const ALARMS: [&str; 2] = ["panicked", "ERROR"];
const NO_HTTP: &str = "request parse error";

async fn every_route_answers_whatever_it_is_sent(store: Store) {
    let plan = Plan::from_environment();
    let mut fuzz = Fuzz::start(store, plan).await;
    let until = Instant::now().checked_add(plan.time);
    let is_over = || until.is_some_and(|until| Instant::now() >= until);
    while fuzz.case < plan.last && (!is_over() || fuzz.is_first_round()) {
        fuzz.next_case().await;
        if fuzz.faults.len() >= FAULTS_MAX {
            break;
        }
    }
    if plan.last == u64::MAX {
        fuzz.last_round().await;
    }
    fuzz.end(store).await;
}

struct Fuzz {
    plan: Plan,
    world: World,
    routes: Vec<Route>,
    served: usize,
    count: Count,
    case: u64,
    faults: Vec<String>,
    known: BTreeSet<String>,
}

impl Fuzz {
    async fn start(store: Store, plan: Plan) -> Self {
        let routes = routes::all();
        let mut fuzz = Self {
            plan,
            world: World::create(store).await,
            served: routes.iter().filter(|route| route.is_served).count(),
            routes,
            count: Count::default(),
            case: 0,
            faults: Vec::new(),
            known: BTreeSet::new(),
        };
        let mut random = Random::of_case(plan.seed, 0);
        traffic::begin(&mut fuzz.world, &mut random).await;
        for route in &fuzz.routes[..fuzz.served] {
            fuzz.count.expect(&route.label());
        }
        fuzz
    }

    /// The first requests are good ones, several for each route.
    fn is_first_round(&self) -> bool {
        self.case < 3 * self.served as u64
    }

    /// The last requests are good ones for routes that none succeeded for yet: what others did may have been in the way.
    async fn last_round(&mut self) {
        for index in 0..self.served {
            for _ in 0..LAST_TRIES {
                if self.count.is_reached(&self.routes[index].label()) {
                    break;
                }
                self.case += 1;
                let mut random = Random::of_case(self.plan.seed, self.case);
                let route = self.routes[index].clone();
                traffic::happen(&mut self.world, &mut random).await;
                traffic::prepare(&mut self.world, &route, &mut random).await;
                let case = valid::case(&route, &self.world, &mut random);
                self.ask(&case, 1).await;
            }
        }
    }

    async fn next_case(&mut self) {
        self.case += 1;
        let mut random = Random::of_case(self.plan.seed, self.case);
        if self.case.is_multiple_of(TRAFFIC) {
            let begun = Instant::now();
            traffic::happen(&mut self.world, &mut random).await;
            self.count.took("(meanwhile)", begun.elapsed());
        }
        if self.case.is_multiple_of(LOOK) {
            invariants::hold(&self.world, &mut random).await;
            self.listen();
        }
        if self.is_first_round() {
            let route = &self.routes[self.case as usize % self.served];
            traffic::prepare(&mut self.world, route, &mut random).await;
        }
        let case = self.choose(&mut random);
        let times = if random.once_in(BURSTS) { BURST } else { 1 };
        self.ask(&case, times).await;
    }

    async fn ask(&mut self, case: &Case, times: usize) {
        let begun = Instant::now();
        let answers = self.send(case, times).await;
        self.count.took(&case.route, begun.elapsed());
        for came in answers {
            self.judge(case, &came);
            self.learn(case, came);
        }
    }

    fn choose(&self, random: &mut Random) -> Case {
        if self.is_first_round() {
            let index = self.case as usize % self.served;
            return valid::case(&self.routes[index], &self.world, random);
        }
        // What the server has, but for one in eight.
        let route = match random.once_in(8) {
            true => random.pick(&self.routes),
            false => random.pick(&self.routes[..self.served]),
        };
        let mut case = valid::case(route, &self.world, random);
        for _ in 0..random.below(4) {
            mutate(&mut case, route, &self.world, random);
        }
        if case.method == "DELETE" && self.world.must_stay(&case.path) {
            case.method = "GET".to_owned();
            case.is_of_route = false;
        }
        case
    }

    async fn send(&self, case: &Case, times: usize) -> Vec<Result<Reply, Silence>> {
        let address = self.world.site.base().trim_start_matches("http://");
        let request = case.bytes(address);
        let limit = if may_wait(case) { WAITED } else { LIMIT };
        let mut sent = Vec::new();
        for _ in 0..times {
            let (address, request) = (address.to_owned(), request.clone());
            let (method, cut) = (case.method.clone(), case.is_cut());
            sent.push(tokio::spawn(async move {
                exchange(&address, &request, &method, cut, limit).await
            }));
        }
        let mut answers = Vec::new();
        for one in sent {
            answers.push(one.await.expect("sending does not panic"));
        }
        answers
    }

    fn judge(&mut self, case: &Case, came: &Result<Reply, Silence>) {
        let status = came.as_ref().ok().map(|reply| reply.status);
        self.count.add(&case.route, status, case.is_of_route);
        let length = case.body.as_ref().map_or(0, Vec::len);
        let header = case.headers.iter().map(|(_, value)| value.len());
        let sent = length + header.sum::<usize>();
        let base = self.world.site.base();
        let Some(fault) = fault(case, sent, base, came) else {
            return;
        };
        let kind: String = fault
            .chars()
            .take(60)
            .filter(|c| !c.is_ascii_digit())
            .collect();
        if self.known.insert(format!("{} {kind}", case.route)) {
            let (seed, number) = (self.plan.seed, self.case);
            let (caller, curl) = (&case.caller, case.curl(base));
            let shown: String = shown(came).chars().take(SHOWN_CHARS).collect();
            let curl: String = curl.chars().take(SHOWN_CHARS).collect();
            let fault: String = fault.chars().take(SHOWN_CHARS).collect();
            self.faults.push(format!(
                "{fault}\n  again: RUNYARD_FUZZ_SEED={seed}:{number}\n  as {caller}, {:?}: {curl}\n  {shown}",
                case.framing
            ));
        }
    }

    /// Ids and jobs in the answer are what later requests ask for.
    fn learn(&mut self, case: &Case, came: Result<Reply, Silence>) {
        let Ok(reply) = came else { return };
        if reply.status >= 300 {
            return;
        }
        let Ok(body) = serde_json::from_slice::<Value>(&reply.body) else {
            return;
        };
        self.world.things.harvest(&body);
        if case.path.ends_with("/claim") {
            self.world.take_offers(&body);
        }
        let is_spare = body["login"].is_string() && case.method == "POST";
        if let (true, Some(login)) = (is_spare, body["login"].as_str()) {
            self.world.things.put("login=spare", login);
        }
    }

    /// What the server says of itself.
    fn listen(&mut self) {
        let said = self.world.server.output();
        let is_alarm = |line: &&str| ALARMS.iter().any(|word| line.contains(word));
        let alarms = said
            .lines()
            .filter(|line| is_alarm(line) && !line.contains(NO_HTTP));
        for alarm in alarms {
            let kind: String = alarm
                .chars()
                .skip(24)
                .filter(|c| !c.is_ascii_digit())
                .collect();
            if self.known.insert(kind) {
                let number = self.case;
                self.faults
                    .push(format!("the server said, before case {number}: {alarm}"));
            }
        }
    }

    async fn end(&mut self, store: Store) {
        let mut random = Random::of_case(self.plan.seed, 0);
        invariants::hold(&self.world, &mut random).await;
        self.listen();
        let served = &self.routes[..self.served];
        let labels: Vec<String> = served.iter().map(Route::label).collect();
        if self.plan.last == u64::MAX && self.faults.is_empty() {
            self.faults.extend(self.count.faults(&labels));
        }
        self.world.server.stop().await;
        let (total, seed) = (self.count.total(), self.plan.seed);
        let found = self.faults.len();
        // Faults are to be seen in a log that is cut.
        let table = if found == 0 {
            self.count.table()
        } else {
            String::new()
        };
        println!("{table}\n{}: {total} requests, seed {seed}", store.name());
        assert!(
            found == 0,
            "{found} faults:\n\n{}",
            self.faults.join("\n\n")
        );
    }
}

fn shown(came: &Result<Reply, Silence>) -> String {
    match came {
        Err(silence) => format!("{silence:?}"),
        Ok(reply) => {
            let body = String::from_utf8_lossy(&reply.body);
            format!("{} {body:?} {:?}", reply.status, reply.headers)
        }
    }
}
