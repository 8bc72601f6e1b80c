# SPDX-License-Identifier: Apache-2.0
"""Draws the results of bench/run.sh with gnuplot, a picture per table."""
import shutil
import statistics
import subprocess

SETTINGS = """set terminal pngcairo size 1000,600 font 'sans,11'
set output '{folder}/{name}.png'
set title '{title}' noenhanced
set ylabel '{unit}'
set yrange [0:*]
set grid ytics
set style fill solid 0.8 border -1
"""


def gnuplot(folder, name, title, unit, commands):
    if shutil.which("gnuplot") is None:
        return
    script = SETTINGS.format(folder=folder, name=name, unit=unit,
                             title=title.replace("'", "''")) + commands
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def quoted(text):
    return '"' + text.replace('"', "'") + '"'


def label(contender):
    """A contender without what all in a picture have, or nobody looks for."""
    return " ".join(word for word in contender.split()
                    if not word.startswith(("messages=", "heartbeat.")))


def plot_rates(folder, results, bench, workload, title):
    rows = [(key[2], rates) for key, rates in results.rates.items()
            if key[:2] == (bench, workload)]
    if not rows:
        return
    data = "\n".join(
        f"{i} {statistics.median(r) / 1000} {min(r) / 1000} {max(r) / 1000} "
        f"{quoted(label(name))}" for i, (name, r) in enumerate(rows))
    gnuplot(folder, f"{bench}_{workload.replace(':', '_')}", title,
            "thousand messages/s",
            f"$rows << END\n{data}\nEND\n"
            "set boxwidth 0.7\nset xtics rotate by -25 noenhanced\n"
            "set rmargin 20\nset bmargin 11\nunset key\n"
            "plot $rows using 1:2:xtic(5) with boxes lc rgb '#4878a8', "
            "'' using 1:2:3:4 with yerrorbars lc rgb 'black' pt 0\n")


def split_of(record):
    settings = dict(word.split("=") for word in record["contender"].split()
                    if "=" in word)
    workers = (int(settings.get("consumers", 1))
               * int(settings.get("views", 1)))
    steps = [record[step] for step in
             ("map_s", "evaluate_s", "write_s", "commit_s")]
    whole = max(record["seconds"] * workers, sum(steps))
    return [100 * s / whole for s in [whole - sum(steps)] + steps]


def plot_split(folder, results):
    groups = {}
    for record in results.all("end_to_end"):
        if "map_s" in record:
            key = record["workload"], record["contender"]
            groups.setdefault(key, []).append(split_of(record))
    if not groups:
        return
    data = "\n".join(
        quoted(f"{key[0]}: {label(key[1])}") + " "
        + " ".join(str(statistics.mean(s)) for s in zip(*splits))
        for key, splits in groups.items())
    gnuplot(folder, "split", "Where a worker's time goes",
            "% of its time",
            f"$rows << END\n{data}\nEND\n"
            "set style histogram rowstacked\nset style data histograms\n"
            "set boxwidth 0.7\nset xtics rotate by -25 noenhanced\n"
            "set rmargin 20\nset bmargin 11\nset key outside top horizontal\n"
            "plot $rows using 2:xtic(1) title 'poll and rest', "
            "'' using 3 title 'map', '' using 4 title 'evaluate', "
            "'' using 5 title 'write', '' using 6 title 'commit'\n")


def plot_over_time(folder, results, bench, field, title, unit):
    series = {}
    for record in results.all(bench):
        series.setdefault(record["contender"], []).append(
            (record["t_s"], record[field]))
    if not series:
        return
    blocks, plots = "", []
    for i, (name, points) in enumerate(series.items()):
        data = "\n".join(f"{t} {value}" for t, value in points)
        blocks += f"$s{i} << END\n{data}\nEND\n"
        plots.append(f"$s{i} with lines lw 2 title {quoted(name)} noenhanced")
    gnuplot(folder, f"{bench}_{field}", title, unit,
            blocks + "set xlabel 'seconds'\nset key outside bottom\nplot "
            + ", ".join(plots) + "\n")


def plot_all(folder, results):
    for bench, workload in sorted({key[:2] for key in results.rates}):
        plot_rates(folder, results, bench, workload, f"{bench}, {workload}")
    plot_split(folder, results)
    plot_over_time(folder, results, "standstill_sample", "rss_mb",
                   "Memory while the sink stands still", "MB resident")
    plot_over_time(folder, results, "slow_sink_sample", "messages_per_s",
                   "A sink that takes so many messages a second", "messages/s")
    plot_over_time(folder, results, "slow_sink_sample", "rss_mb",
                   "Memory while the sink is slow", "MB resident")
