//! A connection that goes bad while somebody watches, and the way to put it right.

use super::{Arranged, Page, token};
use crate::expiring::Clinic;

const REFUSED: &str = "Calendly: the provider has ended our access: it was revoked there";

#[tokio::test]
async fn a_connection_that_is_refused_is_on_the_page_with_its_way_back_until_it_works_again() {
    let clinic = Clinic::open("calendly").await;
    clinic.connect().await;
    let viewer = token(&clinic.server, "viewer", &clinic.org).await;
    let Some(page) = Page::signed_in(&clinic.server.url(""), &viewer).await else { return };
    page.sees("Nobody is on the line").await;
    clinic.is_revoked();
    page.sees(REFUSED).await;
    assert!(!page.text().await.contains("Connect again"), "a viewer may not");
    page.is_clean().await;
    drop(page);

    let origin = clinic.server.url("");
    let Some(page) = Page::signed_in(&origin, clinic.server.token()).await else { return };
    page.sees_together(&[REFUSED, "Connect again"]).await;
    let driver = &page.browser.driver;
    let here = driver.window().await.unwrap();
    page.click("Connect again").await;
    let all = driver.windows().await.unwrap();
    let other = all.into_iter().find(|window| *window != here).expect("a tab of its own");
    driver.switch_to_window(other).await.unwrap();
    // It went by the provider's page, where somebody agrees, and came back.
    page.sees("Calendly is connected").await;
    driver.switch_to_window(here).await.unwrap();
    page.sees_no_more(REFUSED).await;
    page.sees("Nobody is on the line").await;
    page.is_clean_but_for(Arranged::Consent).await;
}
