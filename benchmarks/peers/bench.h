// What the peers' programs share: the convention of measuring and the line that is printed.
//
// usage of each: PROGRAM LABEL OP RANKS SIZES REPETITIONS BUDGET-MS
//   OP is allreduce, allgather, reducescatter, bcast or sendrecv; SIZES a list with commas, counted as nccl-tests does.
// A line for each repetition: LABEL op ranks bytes microseconds-of-one-call calls, separated by tabs.
// Time of one call = (back-to-back calls after a barrier) / calls, maximum over ranks; send/recv: one way of a ping-pong.
#ifndef JCCL_BENCH_H
#define JCCL_BENCH_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

typedef struct {
  const char *label, *op, *sizes;
  int ranks, repetitions;
  double budget;  // seconds that the calls of a repetition take together, about
} Plan;

static inline Plan plan_of(int argc, char **argv) {
  if (argc != 7) {
    fprintf(stderr, "usage: %s LABEL OP RANKS SIZES REPETITIONS BUDGET-MS\n", argv[0]);
    exit(2);
  }
  Plan p = {argv[1], argv[2], argv[4], atoi(argv[3]), atoi(argv[5]), atof(argv[6]) / 1e3};
  return p;
}

static inline double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

// The next size of the list, 0 at its end.
static inline size_t next_size(const char **sizes) {
  char *end;
  size_t size = strtoull(*sizes, &end, 10);
  *sizes = *end == ',' ? end + 1 : end;
  return size;
}

static inline size_t largest_size(const char *sizes) {
  size_t largest = 4096, size;
  while ((size = next_size(&sizes)) != 0) if (size > largest) largest = size;
  return largest;
}

// Touched memory; in huge pages when asked to, as the environment of the tuned variants does.
static inline void *pages(size_t bytes, int huge) {
  void *memory;
  if (posix_memalign(&memory, 2 << 20, bytes)) abort();
  if (huge) madvise(memory, bytes, MADV_HUGEPAGE);
  memset(memory, 0, bytes);
  return memory;
}

// How many calls to try after `calls` took `took`: towards the budget.
static inline long more_calls(long calls, double took, double budget) {
  double wanted = took < budget / 64 ? (double)calls * 16 : (double)calls * budget / took + 1;
  return wanted > 4e6 ? 4000000 : (long)wanted;
}

static inline int enough_calls(long calls, double took, double budget) {
  return took > budget / 2 || calls >= 4000000;
}

static inline void line(const Plan *p, size_t bytes, double time_of_calls, long calls) {
  printf("%s\t%s\t%d\t%zu\t%.4f\t%ld\n", p->label, p->op, p->ranks, bytes, time_of_calls / (double)calls * 1e6, calls);
  fflush(stdout);
}
#endif
