//! A runner that says what tests let it say.

use crate::{answer::Answer, server::TestServer};
use serde_json::{Value, json};

/// A registered runner.
pub(crate) struct FakeRunner<'a> {
    pub(crate) server: &'a TestServer,
    pub(crate) token: String,
}

/// A job that it was offered.
#[derive(Debug)]
pub(crate) struct Offered {
    pub(crate) execution: i64,
    pub(crate) token: String,
    pub(crate) job: Value,
}

impl<'a> FakeRunner<'a> {
    /// Registers with a new registration token.
    pub(crate) async fn register(server: &'a TestServer, name: &str) -> Self {
        let path = "/api/v1/runners/registration-token";
        let answer = server
            .call("POST", path, &server.admin, json!({}))
            .await
            .expect(201);
        let registration = answer.json()["token"].as_str().unwrap().to_owned();
        let body = json!({
            "name": name, "labels": ["self-hosted", "Linux"], "version": "0.1.0", "os": "Linux", "arch": "X64",
            "capacity": 2,
        });
        let answer = server
            .call("POST", "/api/v1/runners/register", &registration, body)
            .await;
        let token = answer.expect(201).json()["token"]
            .as_str()
            .unwrap()
            .to_owned();
        Self { server, token }
    }

    pub(crate) async fn claim(&self, key: &str) -> Answer {
        let body = json!({ "request_key": key, "free_slots": 1, "wait_s": 0 });
        self.server
            .call("POST", "/api/v1/runners/claim", &self.token, body)
            .await
    }

    /// The one job that is there.
    pub(crate) async fn claim_one(&self, key: &str) -> Offered {
        let body = self.claim(key).await.expect(200).json();
        let offer = &body["executions"][0];
        Offered {
            execution: offer["execution_id"].as_i64().unwrap(),
            token: offer["token"].as_str().unwrap().to_owned(),
            job: offer["job"].clone(),
        }
    }

    /// A call about an execution.
    pub(crate) async fn call(
        &self,
        method: &str,
        offered: &Offered,
        what: &str,
        body: Value,
    ) -> Answer {
        let path = format!("/api/v1/executions/{}/{what}", offered.execution);
        self.server.call(method, &path, &offered.token, body).await
    }

    pub(crate) async fn start(&self, offered: &Offered) -> Answer {
        self.call("PUT", offered, "start", json!({ "started_at_ms": 1 }))
            .await
    }

    /// Sends rows of step 2 as they are.
    pub(crate) async fn log(&self, offered: &Offered, offset: usize, rows: &[u8]) -> Answer {
        let path = format!(
            "/api/v1/executions/{}/log?offset={offset}",
            offered.execution
        );
        let request = self.server.request("PUT", &path, &offered.token);
        self.server.send(request.body(rows.to_vec())).await
    }

    pub(crate) async fn finish(&self, offered: &Offered, result: &str, log_bytes: usize) -> Answer {
        let step = |number: u32, name: &str| {
            json!({
                "number": number, "name": name, "status": "completed", "conclusion": "success",
                "started_at_ms": 1_767_323_045_000_i64, "completed_at_ms": 1_767_323_046_000_i64,
            })
        };
        let body = json!({
            "result": result, "steps": [step(1, "Set up job"), step(2, "Make"), step(9, "Complete job")],
            "log_bytes": log_bytes, "stopped_at_ms": 1,
        });
        self.call("PUT", offered, "finish", body).await
    }

    /// Runs the one job that is there, with one row of log.
    pub(crate) async fn run_one(&self, key: &str, result: &str) -> Offered {
        let offered = self.claim_one(key).await;
        self.start(&offered).await.expect(200);
        let row = b"[2,1767323045123,\"hello\"]\n";
        self.log(&offered, 0, row).await.expect(200);
        self.finish(&offered, result, row.len()).await.expect(200);
        offered
    }
}
