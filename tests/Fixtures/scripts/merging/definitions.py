"""The merge methods as their papers define them, on one tensor each, in float64 and without regard to speed.

taus: task vectors theta_i - theta_0, rounded to float32 as the library's are, before and after they are rescaled: whether a sum of them
is zero may depend on it. weights: one number for each.
"""
import hashlib
import math

import numpy as np


def cosine(a, b):
    norms = math.sqrt((a * a).sum()) * math.sqrt((b * b).sum())
    return min(1.0, max(-1.0, (a * b).sum() / norms)) if norms > 0 else 0.0


def slerp(t, a, b):
    na, nb = np.linalg.norm(a), np.linalg.norm(b)
    d = float(((a / na if na > 1e-8 else a) * (b / nb if nb > 1e-8 else b)).sum())
    if abs(d) > 0.9995:
        return (1 - t) * a + t * b
    angle = math.acos(d)
    return (math.sin((1 - t) * angle) * a + math.sin(t * angle) * b) / math.sin(angle)


def nuslerp(weights, a, b, row_wise):
    if row_wise and a.ndim >= 2:
        return np.stack([nuslerp(weights, x, y, False) for x, y in zip(a, b)])
    total = weights[0] + weights[1]
    t = 0.5 if abs(total) < 1e-6 else weights[1] / total
    angle = math.acos(cosine(a, b))
    if abs(math.sin(angle)) < 1e-6:
        return (1 - t) * a + t * b
    return (math.sin((1 - t) * angle) * a + math.sin(t * angle) * b) / math.sin(angle)


def model_stock(taus, row_wise):
    if row_wise and taus[0].ndim >= 2:
        return np.stack([model_stock(rows, False) for rows in zip(*taus)])
    n = len(taus)
    pairs = [cosine(taus[i], taus[j]) for i in range(n) for j in range(i)]
    c = sum(pairs) / len(pairs)
    t = n * c / (1 + (n - 1) * c) if c > 0 else 0.0
    return min(1.0, t) * sum(taus) / n


def largest_first(tau):
    """Places by magnitude, largest first, of equal ones the earlier first."""
    return sorted(range(tau.size), key=lambda i: (-abs(tau.flat[i]), i))


def keep(tau, places):
    kept = np.zeros_like(tau)
    for i in places:
        kept.flat[i] = tau.flat[i]
    return kept


def trim(tau, density):
    return keep(tau, largest_first(tau)[:max(1, int(density * tau.size))])


def elect(taus, weights, normalize, zero=1):
    merged = np.zeros_like(taus[0])
    for i in range(merged.size):
        entries = [w * tau.flat[i] for tau, w in zip(taus, weights)]
        total = 0.0
        for entry in entries:
            total += entry
        sign = int(total > 0) - int(total < 0) or zero
        agreeing = [(entry, w) for entry, w in zip(entries, weights) if entry * sign > 0]
        total, divisor = sum(e for e, _ in agreeing), sum(w for _, w in agreeing)
        merged.flat[i] = total / divisor if normalize and abs(divisor) > 1e-8 else total
    return merged


def model_thresholds(models, densities):
    """models: a list of tensors for each model. The magnitude of rank int(density * all) of each."""
    thresholds = []
    for tensors, density in zip(models, densities):
        flat = np.sort(np.abs(np.concatenate([t.reshape(-1) for t in tensors])))[::-1]
        thresholds.append(flat[max(1, int(density * flat.size)) - 1])
    return thresholds


def at_least(tau, threshold):
    return np.where(np.abs(tau) >= threshold, tau, 0)


def majority(models, thresholds, weights):
    votes = 0
    for tensors in zip(*models):
        total = np.zeros_like(tensors[0])
        for tau, threshold, w in zip(tensors, thresholds, weights):
            total = total + w * at_least(tau, threshold)
        votes += int(np.sign(total).sum())
    return 1 if votes >= 0 else -1


MASK = (1 << 64) - 1


def uniforms(seed, model, name, count):
    state = int.from_bytes(hashlib.sha256(f"{seed}\n{model}\n{name}".encode()).digest()[:8], "little")
    numbers = []
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        numbers.append(((z ^ (z >> 31)) >> 11) / (1 << 53))
    return np.array(numbers)


def dare(tau, density, rescale, seed, model, name):
    kept = (uniforms(seed, model, name, tau.size) < density).reshape(tau.shape)
    return np.float32(np.where(kept, tau / density if rescale and density > 0 else tau, 0)).astype(np.float64)


def della_probabilities(row, density, epsilon):
    if row.size == 1:
        return np.array([density])
    probabilities = np.empty(row.size)
    for rank, i in enumerate(sorted(range(row.size), key=lambda i: (abs(row[i]), i))):
        probabilities[i] = density - epsilon + 2 * epsilon * rank / (row.size - 1)
    return probabilities


def della(tau, density, epsilon, rescale, seed, model, name):
    rows = tau.reshape(tau.shape[0] if tau.ndim >= 2 else 1, -1)
    p = np.stack([della_probabilities(row, density, epsilon) for row in rows]).reshape(tau.shape)
    kept = uniforms(seed, model, name, tau.size).reshape(tau.shape) < p
    return np.float32(np.where(kept, tau / p if rescale else tau, 0)).astype(np.float64)


def breadcrumbs(tau, density, gamma, rescale):
    count = max(1, int(density * tau.size))
    top = min(int(gamma * tau.size), tau.size - count)
    return keep(tau, largest_first(tau)[top:top + count]) / (density if rescale else 1)


def is_matrix(name, tau):
    return tau.ndim == 2 and "text_projection" not in name


def rank(s, shape):
    return int((s > max(shape) * 2.0 ** -52 * s[0]).sum())


def isotropic(matrix):
    u, s, vt = np.linalg.svd(matrix, full_matrices=False)
    r = rank(s, matrix.shape)
    return u[:, :r] @ vt[:r], s


def iso_c(taus):
    rotation, s = isotropic(sum(taus))
    return s.mean() * rotation


def tsv_m(taus):
    us, ss, vts = [], [], []
    for tau in taus:
        u, s, vt = np.linalg.svd(tau, full_matrices=False)
        k = min(max(1, min(tau.shape) // len(taus)), rank(s, tau.shape))
        us.append(u[:, :k]), ss.append(s[:k]), vts.append(vt[:k])
    return isotropic(np.concatenate(us, 1))[0] @ np.diag(np.concatenate(ss)) @ isotropic(np.concatenate(vts, 0))[0]


def wudi(taus, iterations):
    m, first, second = sum(taus), np.zeros_like(taus[0]), np.zeros_like(taus[0])
    taus = [tau for tau in taus if (tau != 0).any()]
    for step in range(1, iterations + 1):
        gradient = sum(2 * (m - tau) @ tau.T @ tau / (tau * tau).sum() for tau in taus)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient ** 2
        m = m - 1e-5 * (first / (1 - 0.9 ** step)) / (np.sqrt(second / (1 - 0.999 ** step)) + 1e-8)
    return m


def monosoup(tau, energy):
    u, s, vt = np.linalg.svd(tau, full_matrices=False)
    total = (s ** 2).sum()
    if total < 1e-12:
        return tau
    k = next(k for k in range(s.size + 1) if (s[:k] ** 2).sum() >= energy * total or k == s.size)
    if k == s.size:
        return tau
    rho, c = (s[k] / s[0]) ** 2, math.sqrt(1 - (s[:k] ** 2).sum() / total)
    low = rho + (1 - rho) * c
    return u @ np.diag(np.where(np.arange(s.size) < k, (1 - low) * s, low * s)) @ vt
