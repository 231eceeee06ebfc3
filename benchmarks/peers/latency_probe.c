// How far apart are two cores now? Prints two lines: nanoseconds one way of a flag, and of an exchange in which both
// publish 8 bytes in one cache line, wait for the other's and add: a two-rank all-reduce of 8 bytes without any library.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

enum { ROUNDS = 300000 };
typedef struct { _Alignas(128) atomic_long turn; double value; } Slot;
static Slot ping[2], slots[2][2];
static pthread_barrier_t start;
static double took[2][2];
static volatile double sink;

static double nanoseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void await(atomic_long *turn, long wanted) {
  while (atomic_load_explicit(turn, memory_order_acquire) < wanted) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
}

static void *work(void *argument) {
  int me = argument != NULL;
  cpu_set_t core;
  CPU_ZERO(&core);
  CPU_SET(me, &core);
  pthread_setaffinity_np(pthread_self(), sizeof core, &core);
  pthread_barrier_wait(&start);
  double begin = nanoseconds();
  for (long i = 1; i <= ROUNDS; i++) {
    if (me) await(&ping[0].turn, i);
    atomic_store_explicit(&ping[me].turn, i, memory_order_release);
    if (!me) await(&ping[1].turn, i);
  }
  took[0][me] = (nanoseconds() - begin) / ROUNDS / 2;
  pthread_barrier_wait(&start);
  begin = nanoseconds();
  double value = me;
  for (long i = 1; i <= ROUNDS; i++) {
    Slot *pair = slots[i & 1];
    pair[me].value = value;
    atomic_store_explicit(&pair[me].turn, i, memory_order_release);
    await(&pair[1 - me].turn, i);
    value = (pair[0].value + pair[1].value) * 0.25;
  }
  took[1][me] = (nanoseconds() - begin) / ROUNDS;
  sink = value;
  return NULL;
}

int main(void) {
  pthread_t other;
  pthread_barrier_init(&start, NULL, 2);
  if (pthread_create(&other, NULL, work, slots)) return 1;
  work(NULL);
  pthread_join(other, NULL);
  printf("flag\t%.1f\nexchange\t%.1f\n", took[0][0], took[1][0] > took[1][1] ? took[1][0] : took[1][1]);
  return 0;
}
