//! Files that import each other can only be read together; so there are none.

use super::sources::{ModulePath, imports, sources};
use std::collections::{BTreeMap, BTreeSet};

type Graph = BTreeMap<ModulePath, BTreeSet<ModulePath>>;

/// The groups of files of which each reaches each other one.
fn circles(graph: &Graph) -> Vec<BTreeSet<ModulePath>> {
    let reached: Graph = graph.keys().map(|file| (file.clone(), reachable(graph, file))).collect();
    let circle = |file: &ModulePath| -> BTreeSet<ModulePath> {
        reached[file].iter().filter(|other| reached[*other].contains(file)).cloned().collect()
    };
    let circles: BTreeSet<_> = graph.keys().map(circle).filter(|circle| !circle.is_empty()).collect();
    circles.into_iter().collect()
}

fn reachable(graph: &Graph, start: &ModulePath) -> BTreeSet<ModulePath> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(file) = open.pop() {
        for next in &graph[file] {
            if reached.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    reached
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let graph: Graph = sources()
        .iter()
        .map(|(module, source)| (module.clone(), imports(source).into_keys().collect()))
        .collect();
    let found = circles(&graph);
    let shown: Vec<Vec<String>> =
        found.iter().map(|circle| circle.iter().map(|file| file.join("::")).collect()).collect();
    assert!(found.is_empty(), "these files import each other: {shown:#?}");
}

#[test]
fn a_circle_of_three_is_found_and_a_line_is_none() {
    let file = |name: &str| vec![name.to_owned()];
    let graph = |edges: &[(&str, &[&str])]| -> Graph {
        edges.iter().map(|(from, to)| (file(from), to.iter().map(|name| file(name)).collect())).collect()
    };
    let line = graph(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &[])]);
    assert!(circles(&line).is_empty());
    let circle = graph(&[("a", &["b"]), ("b", &["c"]), ("c", &["a"]), ("d", &["a"])]);
    assert_eq!(circles(&circle), [BTreeSet::from([file("a"), file("b"), file("c")])]);
}
