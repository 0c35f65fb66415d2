//! The port between an adapter and whoever keeps its access token fresh. An adapter asks for a token
//! before each request and says when one was refused; it never sees how a token is had.

use async_trait::async_trait;
use hookswitch_storage::Secret;

use super::ProviderError;

/// Gives access tokens for one connection.
#[async_trait]
pub trait AccessTokens: Send + Sync + 'static {
    /// A token that is good for the next request.
    ///
    /// # Errors
    /// [`ProviderError::Reconnect`] if the operator has to connect again,
    /// [`ProviderError::Unavailable`] if none can be had now.
    async fn current(&self) -> Result<Secret, ProviderError>;

    /// Another token, since the provider refused `refused`.
    ///
    /// # Errors
    /// As [`Self::current`]; [`ProviderError::Reconnect`] if there is no other.
    async fn instead_of(&self, refused: &Secret) -> Result<Secret, ProviderError>;
}

/// A token that never changes, such as a personal one that an operator made.
pub struct FixedToken(pub Secret);

#[async_trait]
impl AccessTokens for FixedToken {
    async fn current(&self) -> Result<Secret, ProviderError> {
        Ok(self.0.clone())
    }

    async fn instead_of(&self, _: &Secret) -> Result<Secret, ProviderError> {
        Err(ProviderError::Reconnect)
    }
}
