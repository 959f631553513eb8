"""An exercise that computes its reference and its mistakes once for each case of a seed."""

from nncourse.grading.judge import Remembering


class Remembered(Remembering):
    """As in the process that judges for a grader, without its clock: here nobody is shut in."""

    def cases(self, seed):
        """The very cases that results are known for; an answer gets copies of them."""
        return self.all_cases

    def result(self, answer, arguments):
        key = id(answer), id(arguments)
        if key not in self.known:
            (self.known[key],) = self.exercise.results(answer, [arguments])
        return self.known[key]
