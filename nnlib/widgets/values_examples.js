// The graphs that explore_values() begins with: plain JSON, which Python reads as well.

export const EXAMPLES = {
  "a line": [
    {"name": "w", "op": "", "parents": [], "data": 3.0, "slopes": [], "at": [0, 0.0]},
    {"name": "x", "op": "", "parents": [], "data": 2.0, "slopes": [], "at": [0, 1.0]},
    {"name": "w × x", "op": "×", "parents": [0, 1], "data": 6.0, "slopes": [2.0, 3.0], "at": [1, 0.5]},
    {"name": "b", "op": "", "parents": [], "data": 1.0, "slopes": [], "at": [1, 2.0]},
    {"name": "y", "op": "+", "parents": [2, 3], "data": 7.0, "slopes": [1.0, 1.0], "at": [2, 1.25]},
    {"name": "−5", "op": "", "parents": [], "data": -5.0, "slopes": [], "at": [2, 3.0]},
    {"name": "error", "op": "+", "parents": [4, 5], "data": 2.0, "slopes": [1.0, 1.0], "at": [3, 2.125]},
    {"name": "loss", "op": "×", "parents": [6, 6], "data": 4.0, "slopes": [2.0, 2.0], "at": [4, 2.125]}
  ],
  "used twice": [
    {"name": "2", "op": "", "parents": [], "data": 2.0, "slopes": [], "at": [0, 0.0]},
    {"name": "h", "op": "", "parents": [], "data": 1.5, "slopes": [], "at": [0, 1.0]},
    {"name": "y1", "op": "×", "parents": [0, 1], "data": 3.0, "slopes": [1.5, 2.0], "at": [1, 0.5]},
    {"name": "y1 × y1", "op": "×", "parents": [2, 2], "data": 9.0, "slopes": [3.0, 3.0], "at": [2, 0.5]},
    {"name": "−3", "op": "", "parents": [], "data": -3.0, "slopes": [], "at": [0, 2.0]},
    {"name": "y2", "op": "×", "parents": [4, 1], "data": -4.5, "slopes": [1.5, -3.0], "at": [1, 1.5]},
    {"name": "y2 × y2", "op": "×", "parents": [5, 5], "data": 20.25, "slopes": [-4.5, -4.5], "at": [2, 1.5]},
    {"name": "loss", "op": "+", "parents": [3, 6], "data": 29.25, "slopes": [1.0, 1.0], "at": [3, 1.0]}
  ],
  "a neuron": [
    {"name": "w", "op": "", "parents": [], "data": 0.4, "slopes": [], "at": [0, 0.0]},
    {"name": "x", "op": "", "parents": [], "data": 2.0, "slopes": [], "at": [0, 1.0]},
    {"name": "w × x", "op": "×", "parents": [0, 1], "data": 0.8, "slopes": [2.0, 0.4], "at": [1, 0.5]},
    {"name": "b", "op": "", "parents": [], "data": 0.1, "slopes": [], "at": [1, 2.0]},
    {"name": "z", "op": "+", "parents": [2, 3], "data": 0.9, "slopes": [1.0, 1.0], "at": [2, 1.25]},
    {"name": "y", "op": "tanh", "parents": [4], "data": 0.7162978701990245, "slopes": [0.4869173611483415], "at": [3, 1.25]},
    {"name": "−1", "op": "", "parents": [], "data": -1.0, "slopes": [], "at": [3, 3.0]},
    {"name": "error", "op": "+", "parents": [5, 6], "data": -0.28370212980097553, "slopes": [1.0, 1.0], "at": [4, 2.125]},
    {"name": "loss", "op": "×", "parents": [7, 7], "data": 0.08048689845360957, "slopes": [-0.28370212980097553, -0.28370212980097553], "at": [5, 2.125]}
  ]
};
