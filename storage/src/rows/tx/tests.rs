//! An operation sees exactly what a plain map with all layers applied would show.

#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;

struct Plain(BTreeMap<Vec<u8>, Vec<u8>>);

impl Rows for Plain {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.get(key).cloned())
    }

    fn visit(&self, range: &KeyRange, order: Order, visit: Visit<'_>) -> Result<(), StoreError> {
        let rows = self.0.range(range.from.clone()..range.to.clone());
        let rows: Vec<_> = match order {
            Order::Ascending => rows.collect(),
            Order::Descending => rows.rev().collect(),
        };
        for (key, value) in rows {
            if visit(key, value)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn seen(rows: &dyn Rows, range: &KeyRange, order: Order, most: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut seen = Vec::new();
    rows.visit(range, order, &mut |key, value| {
        seen.push((key.to_vec(), value.to_vec()));
        Ok(if seen.len() == most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })
    .unwrap();
    seen
}

fn changes() -> impl Strategy<Value = Changes> {
    let key = proptest::collection::vec(0u8..6, 1..3);
    let value = proptest::option::of(proptest::collection::vec(any::<u8>(), 1..3));
    proptest::collection::btree_map(key, value, 0..12)
}

proptest! {
    #[test]
    fn layers_look_like_one_map(
        base in changes(), batch in changes(), own in changes(),
        from in 0u8..6, to in 0u8..7, most in 1usize..20,
    ) {
        let start: BTreeMap<_, _> =
            base.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        let mut flat = start.clone();
        for (key, value) in batch.iter().chain(&own) {
            match value {
                Some(value) => flat.insert(key.clone(), value.clone()),
                None => flat.remove(key),
            };
        }
        let (start, flat) = (Plain(start), Plain(flat));
        let mut tx = Tx::new(&start, &batch);
        for (key, value) in own {
            match value {
                Some(value) => tx.put_bytes(key, value),
                None => tx.delete(key),
            }
        }
        let range = KeyRange { from: vec![from], to: vec![to.max(from + 1)] };
        for order in [Order::Ascending, Order::Descending] {
            prop_assert_eq!(seen(&tx, &range, order, most), seen(&flat, &range, order, most));
        }
        for byte in 0..6 {
            prop_assert_eq!(tx.get(&[byte]).unwrap(), flat.get(&[byte]).unwrap());
        }
    }
}
