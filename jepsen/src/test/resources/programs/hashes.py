"""Hashes in threads and child processes: the first half at once, the second when the file argv[1] appears.

The arguments behind it are the numbers of threads and of child processes, and the rounds of a half.
"""
import hashlib
import os
import subprocess
import sys
import threading
import time

go, threads, children, rounds = sys.argv[1], *map(int, sys.argv[2:5])


def half(digest):
    for _ in range(rounds):
        digest = hashlib.sha256(digest).digest()
    return digest


def chain(seed):
    digest = half(seed.encode())
    while not os.path.exists(go):
        time.sleep(0.2)
    return half(digest).hex()


if len(sys.argv) == 6:
    print(chain(sys.argv[5]))
    sys.exit()

results = [""] * threads


def work(number):
    results[number] = chain(f"thread {number}")


workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
helpers = [
    subprocess.Popen([sys.executable, __file__, go, "0", "0", str(rounds), f"child {number}"],
                     stdout=subprocess.PIPE, text=True)
    for number in range(children)
]
for worker in workers:
    worker.start()
print("started", flush=True)
for worker in workers:
    worker.join()
for result in results:
    print(result)
for helper in helpers:
    print(helper.communicate()[0], end="")
