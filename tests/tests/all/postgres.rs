//! The harness' own PostgreSQL: databases are separate, and the cluster goes with its owner.

use onething_tests::postgres::{Cluster, Durability, fresh_database, fresh_database_in};
use sqlx::{Connection, PgConnection, Row};

async fn value(connection: &mut PgConnection, sql: &'static str) -> String {
    sqlx::query(sql).fetch_one(connection).await.expect("a row").get(0)
}

#[tokio::test]
async fn two_databases_do_not_see_each_other() {
    let mut first = PgConnection::connect(&fresh_database().await).await.expect("a database");
    let mut second = PgConnection::connect(&fresh_database().await).await.expect("a database");
    sqlx::raw_sql("create table t (a text)").execute(&mut first).await.expect("a table");
    assert!(sqlx::raw_sql("select a from t").execute(&mut second).await.is_err());
}

#[tokio::test]
async fn a_cluster_for_crashes_flushes_and_ends_with_its_owner() {
    let cluster = Cluster::start(Durability::Kept).expect("a cluster");
    let url = fresh_database_in(&cluster.url()).await;
    let mut connection = PgConnection::connect(&url).await.expect("a database");
    assert_eq!(value(&mut connection, "show fsync").await, "on");
    assert_eq!(value(&mut connection, "show synchronous_commit").await, "on");
    drop(cluster);
    assert!(PgConnection::connect(&url).await.is_err());
}
