//! Sealed logs in a bucket: what is wrong shows at the start, and servers read each other's logs.

use crate::{
    ndjson, row,
    s3::{S3, SECRET},
};
use runyard_domain::ExecutionId;
use runyard_engine::logs::{BadS3, LogError, LogStorage, S3Keys, S3Settings, s3_objects};
use std::error::Error;

const EXECUTION: ExecutionId = ExecutionId::new(7);

/// What a person is told, with all causes.
fn told(error: &dyn Error) -> String {
    let (mut told, mut next) = (Vec::new(), Some(error));
    while let Some(cause) = next {
        told.push(cause.to_string());
        next = cause.source();
    }
    told.join(": ")
}

#[tokio::test]
async fn what_one_server_seals_another_reads() {
    let s3 = S3::start().await;
    let (one, two) = (s3.logs(), s3.logs());
    let rows = [row(1, "a"), row(2, "b")];
    let sealed = one.seal(EXECUTION, &ndjson(&rows)).await.unwrap();
    assert_eq!(s3.keys(), ["runyard/one/logs/000000/7.log"]);
    assert_eq!(two.rows(&sealed.key).await.unwrap(), rows);
    assert_eq!(two.rows_of_step(&sealed.key, 2).await.unwrap(), rows[1..]);
    two.delete(&sealed.key).await.unwrap();
    let gone = one.rows(&sealed.key).await;
    assert!(matches!(gone, Err(LogError::NotFound { .. })), "{gone:?}");
}

#[tokio::test]
async fn only_the_frames_that_are_asked_for_are_fetched() {
    let s3 = S3::start().await;
    let logs = s3.logs();
    let random = |number: u32| -> String {
        let mut state = u64::from(number) + 1;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            char::from(b'!' + u8::try_from((state >> 33) % 90).unwrap())
        };
        (0..8000).map(|_| next()).collect()
    };
    let rows: Vec<_> = (0..256).map(|at| row(at / 64 + 1, &random(at))).collect();
    let key = logs.seal(EXECUTION, &ndjson(&rows)).await.unwrap().key;
    s3.sent();
    assert_eq!(logs.rows_between(&key, 0..1).await.unwrap(), rows[..1]);
    let few = s3.sent();
    assert_eq!(logs.rows(&key).await.unwrap(), rows);
    let all = s3.sent();
    assert!(few * 4 < all, "{few} of {all} bytes");
}

#[tokio::test]
async fn a_probe_leaves_nothing_and_says_what_is_wrong_without_the_secret() {
    let s3 = S3::start().await;
    s3.logs().probe().await.unwrap();
    assert_eq!(s3.keys(), [""; 0]);
    let wrong_secret = S3Keys {
        id: "AKIDEXAMPLE".to_owned(),
        secret: SECRET.to_lowercase(),
    };
    let cases = [
        (
            S3Settings {
                keys: Some(wrong_secret),
                ..s3.settings()
            },
            ["the credentials are not right", "SignatureDoesNotMatch"],
        ),
        (
            S3Settings {
                bucket: "other-logs".to_owned(),
                ..s3.settings()
            },
            ["there is no such place", "other-logs"],
        ),
        (
            S3Settings {
                endpoint: "http://127.0.0.1:1".to_owned(),
                ..s3.settings()
            },
            ["it cannot be reached", "127.0.0.1:1"],
        ),
    ];
    for (settings, expected) in cases {
        let logs = LogStorage::new(s3_objects(&settings, []).unwrap());
        let refused = told(&logs.probe().await.unwrap_err());
        assert!(
            expected.iter().all(|part| refused.contains(part)),
            "{refused}"
        );
        let printed = format!("{refused} {logs:?} {settings:?}").to_lowercase();
        assert!(!printed.contains(&SECRET.to_lowercase()), "{printed}");
    }
}

#[tokio::test]
async fn a_store_that_is_away_is_asked_again_and_then_given_up() {
    let s3 = S3::start().await;
    let logs = s3.logs();
    let bytes = ndjson(&[row(1, "a")]);
    s3.refuse(u64::MAX);
    let refused = logs.seal(EXECUTION, &bytes).await.unwrap_err();
    assert!(matches!(refused, LogError::Store(_)), "{refused}");
    assert_eq!(s3.refused(), 4);
    s3.refuse(3);
    logs.seal(EXECUTION, &bytes).await.unwrap();
    assert_eq!(s3.refused(), 7);
    assert_eq!(s3.keys().len(), 1);
}

#[tokio::test]
async fn the_usual_variables_count_where_the_settings_say_nothing() {
    let s3 = S3::start().await;
    let settings = S3Settings {
        region: String::new(),
        endpoint: String::new(),
        keys: None,
        ..s3.settings()
    };
    let variables = |secret: &str| {
        [
            ("AWS_ENDPOINT_URL", s3.settings().endpoint.as_str()),
            ("AWS_REGION", "us-west-2"),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("AWS_BUCKET", "not-this"),
            ("AWSOME", "x"),
        ]
        .map(|(name, value)| (name.into(), value.into()))
    };
    let logs = LogStorage::new(s3_objects(&settings, variables(SECRET)).unwrap());
    logs.probe().await.unwrap();
    let logs = LogStorage::new(s3_objects(&s3.settings(), variables("another")).unwrap());
    logs.probe().await.unwrap();
    let logs = LogStorage::new(s3_objects(&settings, variables("another")).unwrap());
    logs.probe().await.unwrap_err();
}

#[tokio::test]
async fn a_setting_that_cannot_be_is_refused_by_field_value_and_what_is_allowed() {
    let right = S3::start().await.settings();
    let with = |change: &dyn Fn(&mut S3Settings)| {
        let mut settings = right.clone();
        change(&mut settings);
        s3_objects(&settings, [])
    };
    let set = |field: &str, value: &str| {
        with(&|settings| {
            let value = value.to_owned();
            match field {
                "bucket" => settings.bucket = value,
                "prefix" => settings.prefix = value,
                "region" => settings.region = value,
                "endpoint" => settings.endpoint = value,
                "access_key_id" => settings.keys.as_mut().unwrap().id = value,
                _ => settings.keys.as_mut().unwrap().secret = value,
            }
        })
    };
    let (long, longer) = ("b".repeat(63), "b".repeat(64));
    let (deep, deeper) = ("p".repeat(512), "p".repeat(513));
    for (field, value, shown) in [
        ("bucket", "ab", "ab"),
        ("bucket", &longer, &longer),
        ("bucket", "a/b", "a/b"),
        ("prefix", "a//b", "a//b"),
        ("prefix", "/", "/"),
        ("prefix", "../b", "../b"),
        ("prefix", &deeper, &deeper),
        ("region", "eu west", "eu west"),
        ("endpoint", "storage.example.org", "storage.example.org"),
        ("endpoint", "https://h/path", "https://h/path"),
        ("endpoint", "https://u:hunter2@h", "***@h"),
        ("access_key_id", "", ""),
        ("secret_access_key", "", ""),
    ] {
        let refused = set(field, value).unwrap_err();
        assert!(matches!(refused, BadS3::Setting { .. }), "{refused}");
        let expected = format!("setting logs.s3.{field} is {shown:?}, it must be ");
        assert!(refused.to_string().starts_with(&expected), "{refused}");
    }
    for (field, value) in [
        ("bucket", "abc"),
        ("bucket", &long),
        ("prefix", ""),
        ("prefix", "a/b/"),
        ("prefix", &deep),
        ("region", ""),
        ("endpoint", ""),
        ("endpoint", "https://storage.example.org:9000/"),
    ] {
        set(field, value).unwrap();
    }
    let plain = with(&|settings| settings.allow_http = false).unwrap_err();
    assert!(
        plain.to_string().contains("unless allow_http is true"),
        "{plain}"
    );
    let address = with(&|settings| settings.path_style = false).unwrap_err();
    assert!(
        address
            .to_string()
            .contains("logs.s3.path_style is \"false\""),
        "{address}"
    );
}
