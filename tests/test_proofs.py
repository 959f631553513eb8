"""For every public name of the core, which tests prove it; and that its docstring is complete."""

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import nnlib
from nnlib import nn, optim
from nnlib.nn.loss import BinaryLoss, Loss

TESTS = Path(__file__).parent
ABOVE_THE_CORE = {
    "__main__",
    "course",
    "given",
    "widgets",
}  # tested elsewhere

GRADCHECK, TORCH, EXACT, BAD, LOCKED, SEED = (
    "gradcheck",  # finite differences agree
    "torch",  # PyTorch agrees
    "exact",  # known numbers, by hand or at the extremes
    "bad input",  # wrong use gets an error or a warning that names it
    "read-only",  # no array that was passed in changes
    "seed",  # the same seed gives the same result
)


def layer(file, name, *, bad="test_backward_before_forward", **more):
    """The proofs of a layer with tests test_<name>_gradcheck and test_<name>_as_torch."""
    return {
        GRADCHECK: f"nn/{file}::test_{name}_gradcheck",
        TORCH: f"nn/{file}::test_{name}_as_torch",
        BAD: f"nn/{file}::{bad}",
        LOCKED: "nn/test_read_only.py::test_layers_work_on_read_only_arrays",
        **{kind: f"nn/{file}::{test}" for kind, test in more.items()},
    }


def loss(family, bad, exact):
    """The proofs of a loss."""
    return {
        GRADCHECK: f"nn/test_loss.py::test_{family}_gradcheck",
        TORCH: f"nn/test_loss.py::test_{family}_as_torch",
        EXACT: f"nn/test_loss.py::{exact}",
        BAD: f"nn/test_loss.py::{bad}",
        LOCKED: "nn/test_read_only.py::test_losses_work_on_read_only_arrays",
    }


ACTIVATION = layer("test_activation.py", "activations")
EXTREME = "nn/test_activation.py::test_sigmoid_and_softmax_are_exact_at_extreme_inputs"
OPTIMIZER = {
    TORCH: "test_optim.py::test_hundred_steps_as_torch",
    EXACT: "test_optim.py::test_three_steps_by_hand",
    BAD: "test_optim.py::test_learning_rates_that_cannot_work",
    LOCKED: "test_optim.py::test_parameters_change_in_place_and_gradients_do_not_change",
    "subnormals": "test_optim.py::test_zero_gradients_leave_no_subnormal_numbers_in_the_state",
}
RANDOM_INIT = {TORCH: "nn/test_init.py::test_distribution_as_torch"}
FAN_INIT = RANDOM_INIT | {BAD: "nn/test_init.py::test_wrong_names_and_shapes"}
WINDOWS = {TORCH: "nn/test_conv.py::test_windows_im2col_and_col2im_as_torch"}
PAIR_FUNCTION = {TORCH: "nn/test_functional.py::test_losses_of_pairs_as_torch"}
SCHEDULER = {TORCH: "test_lr_scheduler.py::test_rates_and_momentum_as_torch"}
TOY = {
    EXACT: "test_datasets.py::test_toys_without_noise_lie_on_their_curves",
    SEED: "test_datasets.py::test_toys_have_their_shapes_and_obey_the_seed",
    BAD: "test_datasets.py::test_toys_refuse",
}

PROOFS = {
    "random.manual_seed": {
        SEED: "test_random.py::test_the_same_seed_gives_the_same_weights_whatever_ran_before",
        BAD: "test_random.py::test_seeds_that_are_no_integers",
    },
    # nn
    "nn.linear.Linear": layer(
        "test_linear.py",
        "linear",
        bad="test_linear_names_the_mistake_in_the_shape",
        exact="test_linear_literal_numbers",
    ),
    "nn.flatten.Flatten": layer(
        "test_linear.py", "flatten", bad="test_flatten_refuses_a_single_number_per_example"
    ),
    "nn.activation.Sigmoid": ACTIVATION | {EXACT: EXTREME},
    "nn.activation.Softmax": ACTIVATION | {EXACT: EXTREME},
    "nn.activation.Tanh": ACTIVATION | {EXACT: EXTREME},
    "nn.activation.ReLU": ACTIVATION
    | {EXACT: "nn/test_activation.py::test_slope_at_zero_as_torch"},
    "nn.activation.LeakyReLU": ACTIVATION
    | {EXACT: "nn/test_activation.py::test_slope_at_zero_as_torch"},
    "nn.dropout.Dropout": {
        GRADCHECK: "nn/test_dropout.py::test_dropout_gradcheck",
        # PyTorch draws other masks, so the share that is dropped and the mean are compared
        EXACT: "nn/test_dropout.py::test_dropout_drops_p_and_keeps_the_mean",
        BAD: "nn/test_dropout.py::test_dropout_refuses_what_is_no_probability",
        LOCKED: "nn/test_read_only.py::test_layers_work_on_read_only_arrays",
        SEED: "test_random.py::test_the_same_seed_gives_the_same_weights_whatever_ran_before",
    },
    "nn.batchnorm.BatchNorm1d": {
        GRADCHECK: "nn/test_batchnorm.py::test_batchnorm_gradcheck_in_training",
        "gradcheck in eval": "nn/test_batchnorm.py::test_batchnorm_gradcheck_in_eval",
        TORCH: "nn/test_batchnorm.py::test_batchnorm_as_torch",
        BAD: "nn/test_batchnorm.py::test_batchnorm_refuses_one_row_in_training",
        LOCKED: "nn/test_read_only.py::test_layers_work_on_read_only_arrays",
    },
    "nn.conv.Conv2d": layer(
        "test_conv.py", "conv", bad="test_conv_tells_how_to_make_a_channel_axis"
    ),
    "nn.conv.MaxPool2d": layer(
        "test_conv.py",
        "pool",
        bad="test_pool_refuses_other_shapes",
        exact="test_pool_gives_the_gradient_to_the_first_of_equal_values",
    ),
    "nn.conv.batch_first": {TORCH: "nn/test_conv.py::test_conv_as_torch"},
    "nn.conv.batch_last": {TORCH: "nn/test_conv.py::test_conv_as_torch"},
    "nn.container.Sequential": layer(
        "test_container.py", "sequential", bad="test_sequential_refuses_the_same_layer_twice"
    )
    | {"added later": "nn/test_container.py::test_a_layer_that_is_added_later_learns"},
    "nn.container.Residual": layer(
        "test_container.py",
        "residual",
        bad="test_residual_refuses_a_block_that_changes_the_shape",
    ),
    "nn.module.Parameter": {
        EXACT: "nn/test_module.py::test_accumulate_adds_and_changes_no_array_it_was_given",
        TORCH: "nn/test_module.py::test_gradients_add_up_over_two_batches_as_in_torch",
        BAD: "nn/test_module.py::test_forgetting_zero_grad_warns",
    },
    "nn.module.Module": {
        TORCH: "nn/test_module.py::test_state_goes_to_torch_and_back_and_predicts_the_same",
        EXACT: "nn/test_module.py::test_train_eval_and_to_reach_every_module",
        BAD: "nn/test_module.py::test_load_state_dict_changes_nothing_when_something_does_not_fit",
    },
    "nn.loss.Loss": {BAD: "nn/test_loss.py::test_loss_backward_before_forward"},
    "nn.loss.MSELoss": loss(
        "losses_of_pairs", "test_a_column_against_a_row_is_refused", "test_mse_literal_numbers"
    ),
    "nn.loss.BCELoss": loss(
        "losses_of_pairs",
        "test_bce_names_logits_where_probabilities_belong",
        "test_bce_at_log_of_zero_as_torch",
    ),
    "nn.loss.BCEWithLogitsLoss": loss(
        "losses_of_pairs",
        "test_a_column_against_a_row_is_refused",
        "test_bce_with_logits_is_exact_at_extreme_logits",
    ),
    "nn.loss.CrossEntropyLoss": loss(
        "cross_entropy",
        "test_cross_entropy_names_the_mistake_in_the_targets",
        "test_cross_entropy_is_exact_at_extreme_logits",
    ),
    # nn.functional
    "nn.formulas.sigmoid": {
        TORCH: "nn/test_functional.py::test_sigmoid_as_torch",
        EXACT: "nn/test_functional.py::test_extreme_values_are_exact",
    },
    "nn.formulas.softmax": {
        TORCH: "nn/test_functional.py::test_softmax_and_log_softmax_as_torch",
        EXACT: "nn/test_functional.py::test_extreme_values_are_exact",
    },
    "nn.formulas.log_softmax": {
        TORCH: "nn/test_functional.py::test_softmax_and_log_softmax_as_torch",
        EXACT: "nn/test_functional.py::test_extreme_values_are_exact",
    },
    "nn.formulas.one_hot": {
        TORCH: "nn/test_functional.py::test_one_hot",
        BAD: "nn/test_functional.py::test_one_hot_refuses_what_is_no_label",
    },
    "nn.formulas.check_targets": {
        EXACT: "nn/test_functional.py::test_check_targets_returns_integers",
        BAD: "nn/test_loss.py::test_cross_entropy_names_the_mistake_in_the_targets",
    },
    "nn.formulas.relu": {TORCH: "nn/test_functional.py::test_activations_as_torch"},
    "nn.formulas.leaky_relu": {TORCH: "nn/test_functional.py::test_activations_as_torch"},
    "nn.formulas.tanh": {TORCH: "nn/test_functional.py::test_activations_as_torch"},
    "nn.functional.mse_loss": PAIR_FUNCTION,
    "nn.functional.binary_cross_entropy": PAIR_FUNCTION,
    "nn.functional.binary_cross_entropy_with_logits": PAIR_FUNCTION,
    "nn.functional.cross_entropy": {TORCH: "nn/test_functional.py::test_cross_entropy_as_torch"},
    "nn.formulas.mean": {EXACT: "nn/test_table_of_misuse.py::test_sums_over_many_rows_are_exact"},
    "nn.formulas.sum_rows": {
        EXACT: "nn/test_table_of_misuse.py::test_sums_over_many_rows_are_exact"
    },
    "nn.formulas.sum_products": {
        EXACT: "nn/test_table_of_misuse.py::test_sums_over_many_rows_are_exact"
    },
    "nn.loss.LossValue": {BAD: "nn/test_table_of_misuse.py::test_words"},
    "nn.loss.BinaryLoss": {
        BAD: "nn/test_table_of_misuse.py::test_targets_that_are_no_yes_or_no_are_refused"
    },
    "nn.module.parameter_list": {BAD: "test_optim.py::test_what_is_no_list_of_parameters"},
    "nn.module.fitting": {
        BAD: "nn/test_table_of_misuse.py::test_a_value_that_is_no_array_changes_nothing"
    },
    "nn.passes.watch_forward": {
        BAD: "nn/test_table_of_misuse.py::test_own_modules_are_watched_and_not_broken"
    },
    "nn.passes.watch_backward": {
        BAD: "nn/test_table_of_misuse.py::test_backward_looks_at_the_shape_of_dy"
    },
    "nn.passes.check_gradient": {
        BAD: "nn/test_table_of_misuse.py::test_a_gradient_of_another_forward_pass_is_noticed"
    },
    "expect.floats": {EXACT: "nn/test_table_of_misuse.py::test_layers_take_every_type_of_number"},
    "expect.flag": {BAD: "test_wrong_arguments.py::test_wrong_arguments_get_a_sentence"},
    "expect.float_type": {
        BAD: "nn/test_table_of_misuse.py::test_other_types_are_refused_for_parameters"
    },
    "nn.conv.windows": WINDOWS
    | {BAD: "nn/test_conv.py::test_windows_refuses_a_kernel_that_does_not_fit"},
    "nn.conv.patches": {EXACT: "nn/test_conv.py::test_patches_are_views_of_every_kernel_position"},
    "nn.conv.im2col": WINDOWS,
    "nn.conv.col2im": WINDOWS,
    # nn.init
    "nn.init.uniform_": RANDOM_INIT,
    "nn.init.normal_": RANDOM_INIT,
    "nn.init.constant_": {EXACT: "nn/test_init.py::test_constants"},
    "nn.init.zeros_": {EXACT: "nn/test_init.py::test_constants"},
    "nn.init.xavier_uniform_": FAN_INIT,
    "nn.init.xavier_normal_": FAN_INIT,
    "nn.init.kaiming_uniform_": FAN_INIT,
    "nn.init.kaiming_normal_": FAN_INIT,
    "nn.init.calculate_gain": {
        TORCH: "nn/test_init.py::test_gains_as_torch",
        BAD: "nn/test_init.py::test_wrong_names_and_shapes",
    },
    # optim, gradcheck
    "optim.optimizer.Optimizer": {
        EXACT: "test_optim.py::test_optimizer_alone_has_no_update",
        BAD: "test_optim.py::test_what_is_no_list_of_parameters",
    },
    "optim.sgd.SGD": OPTIMIZER,
    "optim.rmsprop.RMSprop": OPTIMIZER,
    "optim.adam.Adam": OPTIMIZER,
    "optim.adam.AdamW": OPTIMIZER,
    "optim.lr_scheduler.LRScheduler": {
        BAD: "test_lr_scheduler.py::test_a_scheduler_alone_has_no_rate"
    },
    "optim.lr_scheduler.StepLR": SCHEDULER,
    "optim.lr_scheduler.CosineAnnealingLR": SCHEDULER,
    "optim.lr_scheduler.OneCycleLR": SCHEDULER
    | {BAD: "test_lr_scheduler.py::test_one_cycle_refuses"},
    "optim.lr_scheduler.half_cosine": SCHEDULER,
    "nn.utils.clip_grad_norm_": {
        TORCH: "test_optim.py::test_clip_grad_norm_as_torch",
        BAD: "test_optim.py::test_clip_grad_norm_refuses_a_norm_of_zero",
    },
    "gradcheck.numerical_gradient": {
        EXACT: "test_gradcheck.py::test_numerical_gradient_of_a_known_function"
    },
    "gradcheck.gradcheck": {
        BAD: "test_gradcheck.py::test_gradcheck_fails_on_a_broken_backward",
        LOCKED: "test_gradcheck.py::test_gradcheck_leaves_everything_as_it_was",
    },
    # data, datasets
    "data.ArrayDataset": {
        EXACT: "test_data.py::test_dataset_gives_rows_and_transforms_only_x",
        BAD: "test_data.py::test_dataset_finds_numbers_that_are_not_finite",
    },
    "data.to_float": {EXACT: "test_data.py::test_to_float"},
    "data.random_split": {
        EXACT: "test_data.py::test_random_split_gives_each_example_to_one_part",
        BAD: "test_data.py::test_random_split_refuses_lengths_that_do_not_add_up",
    },
    "data.DataLoader": {
        EXACT: "test_data.py::test_loader_gives_each_example_once",
        SEED: "test_data.py::test_loader_shuffles_anew_each_epoch_and_as_seeded",
        LOCKED: "test_data.py::test_loader_leaves_the_data_alone",
        BAD: "test_data.py::test_loader_refuses",
    },
    "data.StandardScaler": {
        EXACT: "test_data.py::test_scaler_literal_numbers",
        BAD: "test_data.py::test_scaler_refuses",
    },
    "datasets.mnist.mnist": {
        EXACT: "test_datasets.py::test_mnist_shapes_types_and_label_counts",
        LOCKED: "test_datasets.py::test_mnist_cannot_be_changed_by_accident",
        BAD: "test_datasets.py::test_mnist_names_an_altered_file",
    },
    "datasets.mnist.mnist_test": {
        EXACT: "test_datasets.py::test_the_test_set_alone",
        BAD: "test_datasets.py::test_mnist_names_an_altered_file",
    },
    "datasets.mnist.read_idx": {
        EXACT: "test_datasets.py::test_read_idx",
        BAD: "test_datasets.py::test_read_idx_refuses",
    },
    "datasets.mnist.checked": {
        BAD: "test_datasets.py::test_moby_dick_names_a_missing_and_an_altered_file"
    },
    "datasets.text.moby_dick": {
        EXACT: "test_datasets.py::test_moby_dick",
        BAD: "test_datasets.py::test_moby_dick_names_a_missing_and_an_altered_file",
    },
    "datasets.toy.gate": {
        EXACT: "test_datasets.py::test_gates",
        BAD: "test_datasets.py::test_gate_refuses_other_names",
    },
    "datasets.toy.moons": TOY,
    "datasets.toy.circles": TOY,
    "datasets.toy.spirals": TOY,
    # metrics, training, serialization
    "metrics.Metrics": {
        EXACT: "test_training.py::test_epochs_measure_and_leave_the_model_in_eval_mode"
    },
    "metrics.History": {
        EXACT: "test_metrics.py::test_history_gives_one_metric_over_the_epochs",
        "plot": "test_metrics.py::test_history_plots_itself",
    },
    "metrics.confusion_matrix": {
        EXACT: "test_metrics.py::test_confusion_matrix_counts_true_rows_and_predicted_columns",
        BAD: "test_metrics.py::test_confusion_matrix_refuses_what_are_no_labels",
    },
    "metrics.Tally": {
        EXACT: "test_training.py::test_accuracy_counts_examples_however_they_are_batched"
    },
    "metrics.precision_recall": {
        EXACT: "test_metrics.py::test_precision_and_recall_by_hand",
        BAD: "test_metrics.py::test_precision_recall_refuses_what_is_no_confusion_matrix",
    },
    "expect.called": {EXACT: "test_expect.py::test_called"},
    "expect.numbers": {BAD: "test_expect.py::test_numbers_are_numbers"},
    "expect.listed": {BAD: "test_expect.py::test_a_list_is_no_text"},
    "expect.function": {BAD: "test_expect.py::test_a_function_is_no_class"},
    "expect.number": {BAD: "test_expect.py::test_a_number_is_a_finite_number_in_its_range"},
    "expect.whole": {BAD: "test_expect.py::test_a_whole_number_is_written_as_one"},
    "expect.restore": {EXACT: "test_expect.py::test_restore_speaks_of_git_only_in_a_clone"},
    "training.step": {
        EXACT: "test_training.py::test_one_step_by_hand_and_a_step_that_cannot_be_taken",
    },
    "training.train_epoch": {
        EXACT: "test_training.py::test_an_epoch_is_a_step_on_every_batch",
    },
    "training.check_parts": {BAD: "test_training.py::test_fit_says_what_belongs_where"},
    "training.TrainingError": {BAD: "test_training.py::test_a_parameter_that_went_bad_is_named"},
    "training.predict": {
        EXACT: "test_training.py::test_predict_is_in_eval_mode_and_puts_the_mode_back",
        BAD: "test_training.py::test_predict_refuses_nothing",
    },
    "training.evaluate": {EXACT: "test_training.py::test_evaluate_by_hand"},
    "training.epochs": {
        TORCH: "test_training.py::test_training_as_torch",
        BAD: "test_training.py::test_softmax_before_cross_entropy_is_noticed_from_the_last_layer",
        SEED: "test_random.py::test_the_same_seed_gives_the_same_weights_whatever_ran_before",
    },
    "training.fit": {
        EXACT: "test_training.py::test_early_stopping_puts_the_best_weights_back",
        BAD: "test_training.py::test_patience_needs_a_validation_set",
    },
    "training.check_last_layer": {BAD: "test_training.py::test_check_last_layer"},
    "pretrained.mnist_network": {
        EXACT: "test_pretrained.py::test_the_command_trains_saves_and_says_so"
    },
    "pretrained.mnist_mlp": {
        EXACT: "test_pretrained.py::test_the_network_on_board_reads_the_test_images",
        BAD: "test_pretrained.py::test_missing_weights_are_named_with_how_to_restore_them",
    },
    "serialization.save": {
        EXACT: "test_serialization.py::test_what_was_saved_predicts_the_same",
        BAD: "test_serialization.py::test_save_refuses",
    },
    "serialization.save_checkpoint": {
        EXACT: "test_serialization.py::test_training_goes_on_from_a_checkpoint",
        BAD: "test_serialization.py::test_a_checkpoint_that_does_not_fit_changes_nothing",
    },
    "serialization.load_checkpoint": {
        EXACT: "test_serialization.py::test_training_goes_on_from_a_checkpoint",
        BAD: "test_serialization.py::test_a_checkpoint_that_does_not_fit_changes_nothing",
    },
    "serialization.load": {
        EXACT: "test_serialization.py::test_what_was_saved_predicts_the_same",
        BAD: "test_serialization.py::test_load_names_a_damaged_file",
    },
}


def core_modules():
    for found in pkgutil.walk_packages(nnlib.__path__, "nnlib."):
        if found.name.split(".")[1] not in ABOVE_THE_CORE:
            yield importlib.import_module(found.name)


def public_names():
    """{"nn.linear.Linear": class, ...}: the functions and classes, where they are defined."""
    names = {}
    for module in core_modules():
        for name, value in vars(module).items():
            own = getattr(value, "__module__", None) == module.__name__
            if own and not name.startswith("_") and (inspect.isclass(value) or callable(value)):
                names[f"{module.__name__.removeprefix('nnlib.')}.{name}"] = value
    return names


PUBLIC = public_names()
each = pytest.mark.parametrize("name", PUBLIC)


def required(value):
    """The kinds of proof that a public name cannot do without."""
    if not inspect.isclass(value) or value in (nn.Module, Loss, BinaryLoss, optim.Optimizer):
        return set()
    if value is nn.Dropout:
        return {GRADCHECK, EXACT, BAD, LOCKED}
    if issubclass(value, Loss):
        return {GRADCHECK, TORCH, EXACT, BAD, LOCKED}
    if issubclass(value, nn.Module):
        return {GRADCHECK, TORCH, BAD, LOCKED}
    return {TORCH, EXACT, BAD, LOCKED} if issubclass(value, optim.Optimizer) else set()


def test_the_table_has_every_public_name_and_no_other():
    assert set(PROOFS) == set(PUBLIC)


def test_everything_exported_is_in_the_table():
    exported = [
        getattr(module, name)
        for module in core_modules()
        for name in getattr(module, "__all__", [])
    ]
    exported += [getattr(nnlib, name) for name in nnlib.__all__]
    missing = [v for v in exported if not inspect.ismodule(v) and v not in PUBLIC.values()]
    assert len(exported) > 20
    assert not missing


@each
def test_every_public_name_has_the_proofs_that_its_kind_needs(name):
    assert PROOFS[name], f"{name} has no proof"
    assert required(PUBLIC[name]) <= set(PROOFS[name])


# Names that their proofs reach through the class or function that calls them.
INSIDE_OTHERS = re.compile(
    r"nn\.conv\.batch_|nn\.passes|expect\.fl|datasets\.mnist\.checked|.*LossValue|.*BinaryLoss|.*parameter_list|.*fitting|.*check_targets|.*half_cosine|metrics\.(Metrics|Tally)|training\.check_parts"
)


def names_of_tests(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@each
def test_every_proof_is_a_test_in_a_file_that_uses_the_name(name):
    for kind, proof in PROOFS[name].items():
        file, _, test = proof.partition("::")
        path = TESTS / file
        assert path.is_file(), f"{name}, {kind}: there is no {file}"
        assert test.startswith("test_"), f"{name}, {kind}: {test} is no test"
        assert test in names_of_tests(path), f"{name}, {kind}: there is no {test} in {file}"
        if not INSIDE_OTHERS.match(name) and kind != SEED:
            assert name.rpartition(".")[2] in path.read_text(encoding="utf-8")


# Names that neither take nor return arrays; all others say in which shapes.
WITHOUT_ARRAYS = {
    "random.manual_seed",
    "nn.module.Module",
    "nn.container.Sequential",
    "nn.loss.LossValue",
    "nn.loss.BinaryLoss",
    "nn.module.parameter_list",
    "nn.passes.check_gradient",
    "expect.float_type",
    "expect.flag",
    "expect.function",
    "datasets.mnist.checked",
    "datasets.text.moby_dick",
    "nn.conv.windows",
    "nn.init.calculate_gain",
    "nn.utils.clip_grad_norm_",
    "data.random_split",
    "data.DataLoader",
    "metrics.Metrics",
    "metrics.History",
    "training.TrainingError",
    "training.evaluate",
    "training.epochs",
    "training.fit",
    "training.check_last_layer",
    "serialization.save",
    "serialization.save_checkpoint",
    "serialization.load_checkpoint",
    "training.train_epoch",
    "training.check_parts",
    "expect.called",
    "expect.listed",
    "expect.number",
    "expect.whole",
    "expect.restore",
    "serialization.load",
    "pretrained.mnist_mlp",
}
# These act entry by entry on a parameter of any shape, which their module's docstring says.
ANY_SHAPE = re.compile(r"nn\.init\.|nn\.activation\.|optim\.|nn\.dropout\.")
SHAPE = re.compile(r"\([A-Za-z0-9'][\w' ²,.]*, ?[\w' ²,.]*\)|\bshapes?\b")


@each
def test_every_public_name_has_a_short_docstring_that_names_the_shapes(name):
    value = PUBLIC[name]
    own = value.__dict__.get("__doc__") if inspect.isclass(value) else value.__doc__
    assert own, f"{name} has no docstring"
    lines = inspect.cleandoc(own).splitlines()
    assert len(lines) <= 8, f"{name}: {len(lines)} lines"
    if name not in WITHOUT_ARRAYS and not ANY_SHAPE.match(name):
        assert SHAPE.search(own), f"{name} does not say in which shapes"


def test_the_list_of_names_without_arrays_is_current():
    assert set(PUBLIC) >= WITHOUT_ARRAYS


@pytest.mark.parametrize("module", list(core_modules()), ids=lambda m: m.__name__)
def test_every_file_of_the_core_says_its_purpose(module):
    assert module.__doc__
