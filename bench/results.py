# SPDX-License-Identifier: Apache-2.0
"""Reads and writes the results of bench/run.sh; standard library only.

    results.py machine            prints the record of machine and versions
    results.py micro FILE...      prints records of Google Benchmark's JSON
    results.py summary DIR        DIR/results.jsonl to DIR/summary.md and plots
    results.py compare OLD NEW    exit status 1 where a ratio fell by a quarter
"""
import json
import os
import platform
import statistics
import subprocess
import sys

import plots

# A ratio is compared only as far as noise allows.
FALL = 0.75


# --- The machine -----------------------------------------------------------


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True,
                              check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def line_after(path, key):
    with open(path) as file:
        for line in file:
            if line.startswith(key):
                return line.split(":", 1)[1].strip()
    return ""


def debian_version(package):
    return output_of("dpkg-query", "-W", "-f", "${Version}", package)


def machine():
    here = os.path.dirname(os.path.abspath(__file__))
    changed = output_of("git", "-C", here, "status", "--porcelain", "-uno")
    return {
        "bench": "machine",
        "commit": output_of("git", "-C", here, "rev-parse", "HEAD")
                  + ("+changes" if changed else ""),
        "cpu": line_after("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memory": line_after("/proc/meminfo", "MemTotal"),
        "kernel": platform.release(),
        "compiler": output_of("g++", "-dumpfullversion"),
        "librdkafka": debian_version("librdkafka1"),
        "rapidjson": debian_version("rapidjson-dev"),
        "sqlite": debian_version("libsqlite3-0"),
        "java": output_of("sh", "-c", "java -version 2>&1 | head -n 1"),
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def micro(paths):
    for path in paths:
        name = os.path.basename(path).removesuffix(".json")
        with open(path) as file:
            runs = json.load(file)["benchmarks"]
        for run in runs:
            print(json.dumps({
                "bench": "micro", "contender": f"{name} {run['name']}",
                "cpu_ns": round(run["cpu_time"], 1),
                "items_per_s": round(run.get("items_per_second",
                                             run.get("rows", 0)))}))


# --- Reading ---------------------------------------------------------------


class Results:
    """The records of a file, and the rates of its contenders."""

    def __init__(self, path):
        with open(path) as file:
            self.records = [json.loads(line) for line in file if line.strip()]
        self.rates = {}
        self.cpu_rates = {}  # Less of what else the machine does is in them.
        for record in self.records:
            if ("messages_per_s" in record and "round" in record
                    and not record["bench"].startswith("scaling")):
                self.rates.setdefault(key_of(record), []).append(
                    record["messages_per_s"])
                if record.get("cpu_s", 0) > 0:
                    self.cpu_rates.setdefault(key_of(record), []).append(
                        record["messages"] / record["cpu_s"])

    def all(self, bench):
        return [r for r in self.records if r["bench"] == bench]

    def rate(self, bench, workload, *contenders):
        """The best median among the contenders that begin so, or None."""
        medians = [statistics.median(rates)
                   for key, rates in self.rates.items()
                   if key[:2] == (bench, workload)
                   and any(begins_with(key[2], c) for c in contenders)]
        return max(medians) if medians else None

    def value(self, bench, field, contender=None):
        values = [r[field] for r in self.all(bench)
                  if contender in (None, r["contender"])]
        return statistics.median(values) if values else None


def begins_with(contender, words):
    words = words.split()
    return contender.split()[:len(words)] == words


def key_of(record):
    return record["bench"], record["workload"], record["contender"]


def ratio(a, b):
    return a / b if a is not None and b else None


def ratios(results):
    """Rows of the table of goals: what, against, value, goal, next, sense."""
    def e2e(*contenders, workload="design"):
        return results.rate("end_to_end", workload, *contenders)

    def transform(workload, *contenders):
        return results.rate("transform", workload, *contenders)

    def sqlite(batch, contender):
        return results.rate("sqlite", "design", f"{contender} batch={batch}")

    more, less = "at least", "at most"
    ours = e2e("rowfall batch=100")
    mapped = transform("design", "rowfall")
    rows = [
        ("end to end, batch=100", "librdkafka alone",
         ratio(ours, e2e("raw", "raw-poll")), 0.75, 0.90, more),
        ("end to end, batch=100", "the same at batch=10000",
         ratio(ours, e2e("rowfall batch=10000")), 0.95, 1.0, more),
        ("end to end, batch=100", "Flink SQL, best parallelism",
         ratio(ours, e2e("flink")), 3, 4, more),
        ("end to end, batch=100, 2 consumers", "Flink SQL, best parallelism",
         ratio(e2e("rowfall consumers=2"), e2e("flink")), None, None, more),
        ("end to end, batch=100", "plain program",
         ratio(ours, e2e("plain")), 8, 10, more),
        ("end to end, batch=100", "RapidJSON SAX by hand, good program",
         ratio(ours, e2e("sax")), None, None, more),
        ("map + evaluate, batch=100", "DuckDB read_json, one thread",
         ratio(mapped, transform("design", "duckdb")), 2, 3.5, more),
        ("map + evaluate, batch=100", "RapidJSON SAX in situ by hand",
         ratio(mapped, transform("design", "sax")), 2, 3, more),
        ("map + evaluate, batch=100", "RapidJSON DOM",
         ratio(mapped, transform("design", "dom")), None, None, more),
        ("slow sink, 100,000 messages/s", "its rate",
         results.value("slow_sink", "ratio"), 0.95, 1.0, more),
        ("2 consumers, heavy view", "1 consumer",
         ratio(e2e("rowfall consumers=2", workload="heavy"),
               e2e("rowfall consumers=1", workload="heavy")), 1.7, 1.9, more),
    ]
    for sink in ("block", "refuse"):
        rows.append((f"memory, sink stands still ({sink})",
                     "idle engine, MB more",
                     results.value("standstill", "over_idle_mb",
                                   f"rowfall sink={sink}"), 64, 32, less))
    for batch in (100, 10000):
        for peer in ("sqlite-api", "sqlite-api positions"):
            goals = (0.9, 1.0) if peer == "sqlite-api" else (None, None)
            rows.append((f"rowfall::sqlite, batch={batch}",
                         f"{peer}, rows from memory",
                         ratio(sqlite(batch, "rowfall::sqlite"),
                               sqlite(batch, peer)), *goals, more))
        rows.append((f"end to end into SQLite, batch={batch}",
                     "SAX by hand and sqlite-api",
                     ratio(e2e(f"rowfall sink=sqlite batch={batch}"),
                           e2e(f"sqlite-api batch={batch}")),
                     None, None, more))
    rows.append(("p99 from produce to Write, 1,000/s, batch_timeout=50", "ms",
                 results.value("latency", "p99_ms"), 60, 55, less))
    rows += scaling(results, more)
    for workload in ("flat:20", "nested", "texts", "numbers", "ndjson"):
        rows.append((f"end to end, {workload}", "librdkafka alone",
                     ratio(e2e("rowfall", workload=workload),
                           e2e("raw", workload=workload)), None, None, more))
        rows.append((f"MB/s of map + evaluate, {workload}",
                     "those of 'design' by SAX",
                     ratio(megabytes(results, workload, "rowfall"),
                           megabytes(results, "design", "sax")),
                     None, None, more))
    return [row for row in rows if row[2] is not None]


def megabytes(results, workload, contender):
    values = [r["mb_per_s"] for r in results.all("transform")
              if (r["workload"], r["contender"]) == (workload, contender)]
    return statistics.median(values) if values else None


def setting(record, name):
    for word in record["contender"].split():
        if word.startswith(name + "="):
            return int(word.split("=")[1])
    return 1


# What grows, and how much work a message then is.
SCALING = {
    "messages": (lambda r: setting(r, "messages"), lambda size: 1),
    "columns": (lambda r: int(r["workload"].split(":")[1]), lambda size: size),
    "views": (lambda r: setting(r, "views"), lambda size: 1),
}


def scaling(results, sense):
    """Work a second at 10 and 100 times the size, of that at the smallest."""
    rows = []
    for what, (size_of, work) in SCALING.items():
        sizes = {}
        for record in results.all("scaling_" + what):
            if "round" in record:
                sizes.setdefault(size_of(record), []).append(record)
        for size in sorted(sizes)[1:]:
            least = sizes[min(sizes)]
            rows.append((f"work a second at {size // min(sizes)}x the {what}",
                         f"at {min(sizes)}",
                         ratio(median_of(sizes[size], "messages_per_s")
                               * work(size),
                               median_of(least, "messages_per_s")
                               * work(min(sizes))), 0.9, 1.0, sense))
            if "max_rss_mb" in least[0]:
                rows.append((f"memory at {size // min(sizes)}x the {what}",
                             f"at {min(sizes)}",
                             ratio(median_of(sizes[size], "max_rss_mb"),
                                   median_of(least, "max_rss_mb")),
                             None, None, "at most"))
    return rows


def median_of(records, field):
    return statistics.median(r[field] for r in records)


# --- The summary -----------------------------------------------------------


def verdict(value, goal, beyond, sense):
    if goal is None:
        return ""
    reached = (lambda g: value >= g) if sense == "at least" else (
        lambda g: value <= g)
    return "beyond" if reached(beyond) else "reached" if reached(goal) else "no"


def write_summary(folder, results):
    lines = ["# Results", ""]
    for record in results.all("machine"):
        lines += [f"- {name}: {value}" for name, value in record.items()
                  if name != "bench"]
    lines += ["", "| what | against | measured | goal | then | reached |",
              "|---|---|---|---|---|---|"]
    for what, against, value, goal, beyond, sense in ratios(results):
        goals = ("-", "-") if goal is None else (
            f"{sense} {goal}", f"{beyond}")
        lines.append(f"| {what} | {against} | {value:.3g} | {goals[0]} | "
                     f"{goals[1]} | {verdict(value, goal, beyond, sense)} |")
    lines += ["", "Thousand messages/s: median of rounds, spread; the last "
              "column is by processor time of the contender.", "",
              "| bench | workload | contender | median | least | most | "
              "rounds | a CPU second |",
              "|---|---|---|---|---|---|---|---|"]
    for key, rates in results.rates.items():
        numbers = [statistics.median(rates), min(rates), max(rates)]
        cpu = results.cpu_rates.get(key)
        lines.append(f"| {' | '.join(key)} | "
                     + " | ".join(f"{n / 1000:,.1f}" for n in numbers)
                     + f" | {len(rates)} | "
                     + (f"{statistics.median(cpu) / 1000:,.1f} |" if cpu
                        else "- |"))
    for bench in ("latency", "standstill", "slow_sink"):
        lines += ["", f"{bench}:", ""]
        lines += ["- " + ", ".join(f"{k} {v}" for k, v in record.items()
                                   if k != "bench")
                  for record in results.all(bench)]
    with open(os.path.join(folder, "summary.md"), "w") as file:
        file.write("\n".join(lines) + "\n")


# --- Comparing -------------------------------------------------------------


def compare(old, new):
    before = {row[:2]: row for row in ratios(old)}
    fell = missing = 0
    for what, against, value, _, _, sense in ratios(new):
        row = before.pop((what, against), None)
        if row is None:
            continue
        change = value / row[2] if sense == "at least" else row[2] / value
        bad = change < FALL
        fell += bad
        print(f"{'FELL' if bad else 'ok  '} {row[2]:8.3g} -> {value:8.3g}  "
              f"{what} / {against}")
    for what, against in before:
        missing += 1
        print(f"gone {what} / {against}")
    print(f"{fell} fell by a quarter or more, {missing} not measured again")
    return 1 if fell else 0


def main(arguments):
    if arguments == ["machine"]:
        print(json.dumps(machine()))
        return 0
    if len(arguments) > 1 and arguments[0] == "micro":
        micro(arguments[1:])
        return 0
    if len(arguments) == 2 and arguments[0] == "summary":
        results = Results(os.path.join(arguments[1], "results.jsonl"))
        write_summary(arguments[1], results)
        plots.plot_all(arguments[1], results)
        return 0
    if len(arguments) == 3 and arguments[0] == "compare":
        try:
            old, new = Results(arguments[1]), Results(arguments[2])
        except (OSError, ValueError) as error:
            print(error, file=sys.stderr)
            return 2
        return compare(old, new)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
