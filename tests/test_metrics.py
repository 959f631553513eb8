import numpy as np
import pytest

from nnlib.metrics import History, Metrics, confusion_matrix, precision_recall


def test_confusion_matrix_counts_true_rows_and_predicted_columns():
    counts = confusion_matrix([0, 0, 1, 2], [0, 1, 1, 0], 3)
    assert counts.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]


def test_confusion_matrix_of_uint8_labels_does_not_overflow():
    labels = np.arange(200, dtype=np.uint8)
    np.testing.assert_array_equal(confusion_matrix(labels, labels, 200), np.eye(200))


def test_confusion_matrix_refuses_what_are_no_labels():
    with pytest.raises(ValueError, match=r"labels 0 to 2, got 3"):
        confusion_matrix([0, 3], [0, 1], 3)
    with pytest.raises(ValueError, match=r"labels 0 to 2, got -1"):
        confusion_matrix([0, 1], [0, -1], 3)
    with pytest.raises(ValueError, match=r"expected shape \(2,\)"):
        confusion_matrix([0, 1], [0], 3)
    with pytest.raises(ValueError, match=r"pass predictions.argmax\(axis=1\)"):
        confusion_matrix([0, 1], np.zeros((2, 3)), 3)


def test_confusion_matrix_takes_every_type_of_whole_number():
    for kind in (np.int8, np.uint8, np.uint32, np.int64, np.uint64, ">i2"):
        labels = np.array([0, 1, 2, 2]).astype(kind)
        for other in (labels, labels.astype(int), labels.tolist()):
            assert confusion_matrix(labels, other, 3).tolist() == np.diag([1, 1, 2]).tolist()


def test_history_gives_one_metric_over_the_epochs():
    history = History(
        [Metrics(1, 0.5, None, None, None, 1.0), Metrics(2, 0.25, 0.8, 0.3, 0.9, 1.5)]
    )
    assert history["train_loss"] == [0.5, 0.25]
    assert history["val_accuracy"] == [None, 0.9]
    with pytest.raises(ValueError, match=r"train_accuracy, val_loss, .* it has no 'val_los'"):
        history["val_los"]


def test_precision_and_recall_by_hand():
    precision, recall = precision_recall([[8, 2, 0], [1, 4, 0], [3, 0, 0]])
    assert precision == pytest.approx([8 / 12, 4 / 6, np.nan], nan_ok=True)
    assert recall == pytest.approx([0.8, 0.8, 0])


@pytest.mark.parametrize("bad", [[[1, 2]], [1, 2], [[1, -1], [0, 1]], 3])
def test_precision_recall_refuses_what_is_no_confusion_matrix(bad):
    with pytest.raises(ValueError, match=r"counts of shape \(K, K\), got .* Make them with conf"):
        precision_recall(bad)
