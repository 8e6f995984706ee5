//! The parameters of a module, with their names.

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

/// What is done to each parameter.
pub(super) trait Visit<B: Backend> {
    fn parameter<const D: usize>(&mut self, name: String, id: ParamId, value: Tensor<B, D>);
}

/// Shows a visitor every float parameter of a module under its name (`fc1.weight`), in the order of the
/// fields.
pub(super) fn visit<B: Backend, M: Module<B>>(module: &M, visitor: &mut impl Visit<B>) {
    module.visit(&mut Walker {
        path: Vec::new(),
        visitor,
    });
}

struct Walker<'a, V> {
    path: Vec<(String, bool)>,
    visitor: &'a mut V,
}

impl<B: Backend, V: Visit<B>> ModuleVisitor<B> for Walker<'_, V> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        // What a table has looked up is shown to visitors too, and no parameter.
        if self.path.iter().any(|(_, lookup)| *lookup) {
            return;
        }
        let names: Vec<&str> = self.path.iter().map(|(name, _)| name.as_str()).collect();
        let name = names.join(".");
        self.visitor.parameter(name, param.id, param.val());
    }

    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path
            .push((name.to_owned(), container_type == "Lookup"));
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }
}
