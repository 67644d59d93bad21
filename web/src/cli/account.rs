//! `onething account`: who of the staff may sign in. A password printed here works for a day and for nothing but setting
//! up one's own, so whoever prints it never knows it. It must never ask for a password or take one as an argument.

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use onething_engine::store::{AccountKind, AccountRow, Kind, Store, SubstituteRow, open};
use onething_engine::value::Instant;

use super::serve::failed;
use super::usage;
use crate::failure::Failure;
use crate::identity::secret;

/// Hours for which a printed password works.
const HOURS: i64 = 24;
/// Accounts in one list.
const LISTED: u32 = 10_000;

/// Which database, and what to do.
#[derive(Debug, Args)]
pub struct Account {
    /// The database: `sqlite:PATH` or `postgres://…`
    #[arg(long, env = "ONETHING_STORE", global = true)]
    store: Option<String>,
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Adds a person of the organisation, and prints a password for the first time
    Add {
        /// Id of the person in the organisation
        person: String,
    },
    /// Takes the password and the second factor away, and prints a password for the next time
    Reset {
        /// Id of the account
        account: String,
    },
    /// Forbids an account to sign in and ends its sessions
    Disable {
        /// Id of the account
        account: String,
    },
    /// Allows an account to sign in again
    Enable {
        /// Id of the account
        account: String,
    },
    /// Lets another system's name for somebody stand for a staff account
    Link {
        /// Id of the account
        account: String,
        /// The connector: `oidc` or `ticket`
        #[arg(long)]
        connector: String,
        /// The name there; for `oidc` the issuer, a space and the subject
        #[arg(long)]
        subject: String,
    },
    /// Lists the accounts of the staff
    List,
    /// Lets a person do another's work in some offices for some days; roles stay with the other
    Substitute {
        /// Who does the work
        person: String,
        /// Whose work it is
        #[arg(long)]
        instead_of: String,
        /// Offices, `department.unit`, separated by commas
        #[arg(long, value_delimiter = ',', required = true)]
        units: Vec<String>,
        /// First day
        #[arg(long)]
        from: Date,
        /// Last day
        #[arg(long)]
        until: Date,
    },
    /// Lists substitutes that have not ended
    Substitutes,
    /// Ends a substitution
    EndSubstitute {
        /// Id, as listed
        id: String,
    },
}

/// Does it.
pub fn run(arguments: &Account) -> ExitCode {
    let Some(url) = arguments.store.clone() else { return usage("--store is missing: sqlite:PATH or postgres://…") };
    super::on_runtime(async {
        let store = match open(&url, Kind::Live).await {
            Ok(store) => store,
            Err(error) => return failed(&error),
        };
        match act(&store, &arguments.deed).await {
            Ok(code) => code,
            Err(failure) => {
                eprintln!("onething: {}", failure.text().0.en);
                ExitCode::from(1)
            }
        }
    })
}

async fn act(store: &Arc<dyn Store>, deed: &Deed) -> Result<ExitCode, Failure> {
    let missing = |account: &str| {
        eprintln!("onething: there is no account {account}");
        ExitCode::from(1)
    };
    match deed {
        Deed::Add { person } => {
            let plain = person.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
            if person.is_empty() || person.len() > 64 || !plain {
                return Ok(usage("a person's id has letters, digits, _ . and - only, 64 at most"));
            }
            if !store.add_account(&AccountRow::staff(person)).await? {
                eprintln!("onething: {person} has an account; `onething account reset {person}` gives a new password");
                return Ok(ExitCode::from(1));
            }
            give(&**store, person).await
        }
        Deed::Reset { account } => match staff(&**store, account).await? {
            true => give(&**store, account).await,
            false => Ok(missing(account)),
        },
        Deed::Disable { account } => {
            Ok(if store.disable_account(account, true).await? { ExitCode::SUCCESS } else { missing(account) })
        }
        Deed::Enable { account } => {
            Ok(if store.disable_account(account, false).await? { ExitCode::SUCCESS } else { missing(account) })
        }
        Deed::Link { account, connector, subject } => {
            if !staff(&**store, account).await? {
                return Ok(missing(account));
            }
            if store.link(connector, subject, account).await? {
                return Ok(ExitCode::SUCCESS);
            }
            eprintln!("onething: that name stands for an account already");
            Ok(ExitCode::from(1))
        }
        Deed::List => {
            for account in store.accounts(AccountKind::Staff, LISTED).await? {
                let ready = match store.credentials(&account.id).await? {
                    _ if account.disabled => "disabled",
                    Some(row) if row.initial_until.is_some() => "waits for its first sign-in",
                    Some(_) => "ready",
                    None => "no password",
                };
                println!("{}\t{ready}", account.id);
            }
            Ok(ExitCode::SUCCESS)
        }
        Deed::Substitute { person, instead_of, units, from, until } => {
            let end = until.tomorrow().ok().filter(|_| from <= until && person != instead_of);
            let Some(end) = end else {
                return Ok(usage("expected another person, and a last day not before the first"));
            };
            let row = SubstituteRow {
                id: secret::plain(&secret::new_recovery()?),
                person: person.clone(),
                instead_of: instead_of.clone(),
                units: units.clone(),
                from_at: Instant::start_of(*from),
                until_at: Instant::start_of(end),
            };
            store.add_substitute(&row).await?;
            println!("{}", row.id);
            Ok(ExitCode::SUCCESS)
        }
        Deed::Substitutes => {
            for row in store.substitutes().await? {
                let (from, until) = (row.from_at.date(), row.until_at.plus(-1).date());
                println!(
                    "{}\t{} for {}\t{}\t{from} to {until}",
                    row.id,
                    row.person,
                    row.instead_of,
                    row.units.join(",")
                );
            }
            Ok(ExitCode::SUCCESS)
        }
        Deed::EndSubstitute { id } => {
            Ok(if store.end_substitute(id).await? { ExitCode::SUCCESS } else { usage("there is no such substitution") })
        }
    }
}

async fn staff(store: &dyn Store, account: &str) -> Result<bool, Failure> {
    Ok(store.account(account).await?.is_some_and(|account| account.kind == AccountKind::Staff))
}

async fn give(store: &dyn Store, account: &str) -> Result<ExitCode, Failure> {
    let password = secret::new_recovery()?;
    store.give_password(account, &secret::hash(&password).await?, HOURS * 3_600_000).await?;
    println!("{account}: {password}");
    println!("It works for {HOURS} hours, once the person signs in at /signin/password to set up their own.");
    Ok(ExitCode::SUCCESS)
}
