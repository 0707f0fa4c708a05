#!/usr/bin/env python3
"""Random litmus programs, one a line: INIT<tab>THREADS, in the notation of docs/litmus-tests.md.

    generate_litmus.py SEED COUNT
"""
import random
import sys


def program(rng):
    locations = 'xyz'[:rng.choice([1, 2, 2, 2, 3])]
    threads = rng.choice([2, 2, 3, 3, 4])
    budget = {2: 8, 3: 8, 4: 7}[threads]
    names = iter('abcdefghijklmnopqrstuvw')
    loads, stores, updates = ['rlx', 'acq', 'sc'], ['rlx', 'rel', 'sc'], ['rlx', 'acq', 'rel', 'acq_rel', 'sc']
    flavour = rng.choice(['any', 'any', 'sc', 'rlx', 'relacq'])
    if flavour == 'sc':
        loads, stores, updates = ['sc', 'sc', 'acq'], ['sc', 'sc', 'rel'], ['sc', 'acq_rel']
    elif flavour == 'rlx':
        loads = stores = updates = ['rlx']
    elif flavour == 'relacq':
        loads, stores, updates = ['acq', 'rlx'], ['rel', 'rlx'], ['acq_rel', 'rlx']
    code = []
    for t in range(threads):
        count = rng.randint(1, max(1, min(4, budget - (threads - 1 - t))))
        budget -= count
        lines, registers = [], []
        opened = 0
        for i in range(count):
            x = rng.choice(locations)
            value = rng.choice(['1', '2', '3'] + registers)
            kind = rng.random()
            if registers and rng.random() < 0.15:
                lines.append('if (%s) {' % rng.choice(registers))
                opened += 1
            if kind < 0.33:
                lines.append('%s =%s %s' % (x, rng.choice(stores), value))
            elif kind < 0.66:
                r = next(names)
                lines.append('%s = %s.%s' % (r, x, rng.choice(loads)))
                if not opened:
                    registers.append(r)
            elif kind < 0.76:
                lines.append('F.' + rng.choice(['acq', 'rel', 'acq_rel', 'sc', 'sc']))
            elif kind < 0.86:
                r = next(names)
                lines.append('%s = FAA(%s,%s).%s' % (r, x, rng.choice('12'), rng.choice(updates)))
                if not opened:
                    registers.append(r)
            elif kind < 0.92:
                r = next(names)
                lines.append('%s = XCHG(%s,%s).%s' % (r, x, rng.choice('123'), rng.choice(updates)))
            else:
                r = next(names)
                lines.append('%s = CAS(%s,%s→%s).%s/%s' % (r, x, rng.choice('012'), rng.choice('123'),
                                                        rng.choice(updates), rng.choice(loads)))
        text = ''
        for i, line in enumerate(lines):
            text += line + (' ' if line.endswith('{') else '; ' if i + 1 < len(lines) else '')
        code.append(text + ' }' * opened)
    return '='.join(locations) + '=0', ' || '.join(code)


def main():
    rng = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        print('%s\t%s' % program(rng))


if __name__ == '__main__':
    main()
