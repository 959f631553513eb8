"""What an exercise hands to a learner's answer, or drives it with: one module per lesson.

The grader's sandbox can import these modules and not the exercises: none holds an answer. A driver
says in .written(name, arguments as text...) how its call reads as Python.
"""
