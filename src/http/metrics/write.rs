//! Writes families of numbers that are counted elsewhere.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

/// The labels of one number. One without a name stands for none.
type Labels<'a, const N: usize> = [(&'a str, &'a str); N];

/// Numbers that only grow; `_total` is put behind the name.
pub(super) fn counters<'a, const N: usize>(
    to: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    values: impl IntoIterator<Item = (Labels<'a, N>, u64)>,
) -> Result<(), fmt::Error> {
    let mut family = to.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (labels, value) in values {
        if labels.iter().any(|(name, _)| name.is_empty()) {
            family.encode_counter::<NoLabelSet, _, u64>(&value, None)?;
        } else {
            family.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&value, None)?;
        }
    }
    Ok(())
}

/// Numbers as they are now.
pub(super) fn gauges<'a, const N: usize>(
    to: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    values: impl IntoIterator<Item = (Labels<'a, N>, u64)>,
) -> Result<(), fmt::Error> {
    let mut family = to.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (labels, value) in values {
        if labels.iter().any(|(name, _)| name.is_empty()) {
            family.encode_gauge(&value)?;
        } else {
            family.encode_family(&labels)?.encode_gauge(&value)?;
        }
    }
    Ok(())
}

/// Times: their sum in seconds, how many, and how many in each class; what is in none took longer than
/// all of them.
pub(super) fn histograms<'a, const N: usize>(
    to: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    classes: &[f64],
    values: impl IntoIterator<Item = (Labels<'a, N>, f64, u64, &'a [u64])>,
) -> Result<(), fmt::Error> {
    let mut family = to.encode_descriptor(name, help, None, MetricType::Histogram)?;
    for (labels, sum, count, in_classes) in values {
        let counted: u64 = in_classes.iter().sum();
        let mut buckets: Vec<(f64, u64)> =
            classes.iter().copied().zip(in_classes.iter().copied()).collect();
        buckets.push((f64::INFINITY, count.saturating_sub(counted)));
        let mut one = family.encode_family(&labels)?;
        one.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)?;
    }
    Ok(())
}
