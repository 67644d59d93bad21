//! What another system says about somebody, and the account that follows. It must never let a name, phone or identity
//! number choose the account: only the subject does.

use onething_engine::form::id_number;
use onething_engine::store::{AccountRow, Assurance, Known};

use crate::app::App;
use crate::failure::Failure;

/// What a connector found out.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// Who vouches: the name of the connector.
    pub connector: &'static str,
    /// The stable name of the person there, with its issuer.
    pub subject: String,
    /// Name, identity number and phone, as far as they are told.
    pub known: Known,
}

impl Claims {
    /// How sure it is: a system that tells a sound identity number has checked it.
    fn assurance(&self) -> Assurance {
        match (self.known.id_number.is_empty(), self.known.phone.is_empty()) {
            (false, _) => Assurance::RealName,
            (true, false) => Assurance::Phone,
            (true, true) => Assurance::None,
        }
    }

    /// The account of the person; a citizen's is made the first time, one of the staff must have been linked before.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn account(mut self, app: &App) -> Result<String, Failure> {
        let number = self.known.id_number.trim().to_uppercase();
        let body = number.get(..17).unwrap_or_default();
        let right = number.len() == 18 && id_number::check_character(body).is_some_and(|digit| number.ends_with(digit));
        self.known.id_number = if right { number } else { String::new() };
        self.known.phone = super::phone::mobile(&self.known.phone).unwrap_or_default();
        let fresh = AccountRow::citizen(super::phone::new_account()?, self.assurance(), self.known);
        Ok(app.store().admit(self.connector, &self.subject, &fresh).await?)
    }
}
