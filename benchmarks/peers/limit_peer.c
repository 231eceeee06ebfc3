// "C limit": the bytes that a collective has to move, moved by the threads of one process, one per core but at most two,
// with direct access to all buffers and no synchronisation between the calls.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include "bench.h"

enum { BLOCK = 2048, MOST_THREADS = 2 };
static int n, threads;
static float **from, **to;

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// target[0, m) = the sum of all ranks' elements [first, first + m)
static void sum(float *restrict target, size_t first, size_t m) {
  const float *a = from[0] + first, *b = from[1] + first;
  int next = 2;
  if (n >= 4) {
    const float *c = from[2] + first, *d = from[3] + first;
    for (size_t i = 0; i < m; i++) target[i] = a[i] + b[i] + c[i] + d[i];
    next = 4;
  } else {
    for (size_t i = 0; i < m; i++) target[i] = a[i] + b[i];
  }
  for (; next + 2 <= n; next += 2) {
    a = from[next] + first, b = from[next + 1] + first;
    for (size_t i = 0; i < m; i++) target[i] += a[i] + b[i];
  }
  for (; next < n; next++) {
    a = from[next] + first;
    for (size_t i = 0; i < m; i++) target[i] += a[i];
  }
}

static void sum_of_two(float *restrict x, float *restrict y, const float *a, const float *b, size_t m) {
  for (size_t i = 0; i < m; i++) x[i] = y[i] = a[i] + b[i];
}

static void call(char op, int me, size_t bytes, float *block, int turn) {
  size_t count = bytes / 4, piece = (count / (size_t)threads + 15) / 16 * 16;
  size_t begin = smaller(count, piece * (size_t)me), end = me == threads - 1 ? count : smaller(count, begin + piece);
  size_t share = bytes / (size_t)n;
  switch (op) {
    case 'r':
      if (n == 2) {
        sum_of_two(to[0] + begin, to[1] + begin, from[0] + begin, from[1] + begin, end - begin);
        break;
      }
      for (size_t i = begin; i < end; i += BLOCK) {
        size_t m = smaller(end - i, BLOCK);
        sum(block, i, m);
        for (int r = 0; r < n; r++) memcpy(to[r] + i, block, m * 4);
      }
      break;
    case 'g':
      for (int r = me; r < n; r += threads)
        for (int s = 0; s < n; s++) memcpy((char *)to[r] + (size_t)s * share, from[s], share);
      break;
    case 's':
      for (int r = me; r < n; r += threads)
        for (size_t i = 0; i < share / 4; i += BLOCK) sum(to[r] + i, (size_t)r * (share / 4) + i, smaller(share / 4 - i, BLOCK));
      break;
    case 'b':
      for (size_t i = begin; i < end; i += BLOCK)
        for (int r = 1; r < n; r++) memcpy(to[r] + i, from[0] + i, smaller(end - i, BLOCK) * 4);
      break;
    case 'p': /* there and back again */
      memcpy(to[1 - turn % 2] + begin, from[turn % 2] + begin, (end - begin) * 4);
      break;
  }
}

typedef struct { int me; char op; size_t bytes; long calls; double took; pthread_barrier_t *start; } Work;

static void *work(void *argument) {
  Work *w = argument;
  float block[BLOCK] __attribute__((aligned(64)));
  cpu_set_t core;
  CPU_ZERO(&core);
  CPU_SET(w->me, &core);
  pthread_setaffinity_np(pthread_self(), sizeof core, &core);
  pthread_barrier_wait(w->start);
  double begin = seconds();
  for (long i = 0; i < w->calls; i++) {
    call(w->op, w->me, w->bytes, block, (int)(i % 2));
    __asm__ volatile("" ::: "memory");
  }
  w->took = seconds() - begin;
  return NULL;
}

static double timed(char op, size_t bytes, long calls) {
  pthread_barrier_t start;
  pthread_t thread[MOST_THREADS];
  Work w[MOST_THREADS];
  double slowest = 0;
  pthread_barrier_init(&start, NULL, (unsigned)threads);
  for (int i = 0; i < threads; i++) {
    w[i] = (Work){i, op, bytes, calls, 0, &start};
    if (pthread_create(&thread[i], NULL, work, &w[i])) abort();
  }
  for (int i = 0; i < threads; i++) {
    pthread_join(thread[i], NULL);
    if (w[i].took > slowest) slowest = w[i].took;
  }
  return slowest;
}

int main(int argc, char **argv) {
  Plan plan = plan_of(argc, argv);
  n = plan.ranks;
  cpu_set_t allowed;
  threads = sched_getaffinity(0, sizeof allowed, &allowed) == 0 && CPU_COUNT(&allowed) > 1 ? MOST_THREADS : 1;
  char op = !strcmp(plan.op, "allgather") ? 'g' : !strcmp(plan.op, "allreduce") ? 'r' : !strcmp(plan.op, "sendrecv") ? 'p' : plan.op[0] == 'r' ? 's' : plan.op[0];
  size_t most = largest_size(plan.sizes), bytes;
  from = malloc((size_t)n * sizeof *from);
  to = malloc((size_t)n * sizeof *to);
  for (int r = 0; r < n; r++) from[r] = pages(most, 1), to[r] = pages(most, 1);
  for (const char *sizes = plan.sizes; (bytes = next_size(&sizes)) != 0;) {
    long calls = 1;
    double took;
    while (!enough_calls(calls, took = timed(op, bytes, calls), plan.budget)) calls = more_calls(calls, took, plan.budget);
    for (int i = 0; i < plan.repetitions; i++) line(&plan, bytes, timed(op, bytes, calls), calls);
  }
  return 0;
}
