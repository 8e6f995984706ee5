//! The parameters of a module, with their names.

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

/// What is done to each parameter.
pub(crate) trait Visit<B: Backend> {
    fn parameter<const D: usize>(&mut self, name: String, param: &Param<Tensor<B, D>>);
}

/// Shows a visitor every float parameter of a module under its name (`fc1.weight`), in the order of the
/// fields.
pub(crate) fn visit<B: Backend, M: Module<B>>(module: &M, visitor: &mut impl Visit<B>) {
    module.visit(&mut Walker {
        path: Vec::new(),
        visitor,
    });
}

/// The name of a parameter; its id if it is none of the module's.
pub(crate) fn name_of<B: Backend, M: Module<B>>(module: &M, id: ParamId) -> String {
    struct Find {
        id: ParamId,
        found: Option<String>,
    }

    impl<B: Backend> Visit<B> for Find {
        fn parameter<const D: usize>(&mut self, name: String, param: &Param<Tensor<B, D>>) {
            if param.id == self.id {
                self.found.get_or_insert(name);
            }
        }
    }

    let mut find = Find { id, found: None };
    visit::<B, M>(module, &mut find);
    // A parameter that is the whole module has no name.
    find.found
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| format!("parameter {id}"))
}

struct Walker<'a, V> {
    path: Vec<String>,
    visitor: &'a mut V,
}

impl<B: Backend, V: Visit<B>> ModuleVisitor<B> for Walker<'_, V> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        self.visitor.parameter(self.path.join("."), param);
    }

    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }
}
