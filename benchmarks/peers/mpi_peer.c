// One collective over any MPI.
#include <mpi.h>
#include "bench.h"

static int rank, n;
static char *send_buffer, *recv_buffer;

static void turn(char op, size_t bytes) {
  int count = (int)(bytes / 4), share = (int)(bytes / (size_t)n), size = (int)bytes;
  MPI_Comm world = MPI_COMM_WORLD;
  switch (op) {
    case 'r': MPI_Allreduce(send_buffer, recv_buffer, count, MPI_FLOAT, MPI_SUM, world); break;
    case 'g': MPI_Allgather(send_buffer, share, MPI_BYTE, recv_buffer, share, MPI_BYTE, world); break;
    case 's': MPI_Reduce_scatter_block(send_buffer, recv_buffer, count / n, MPI_FLOAT, MPI_SUM, world); break;
    case 'b': MPI_Bcast(send_buffer, size, MPI_BYTE, 0, world); break;
    case 'p':
      if (rank == 0) {
        MPI_Send(send_buffer, size, MPI_BYTE, 1, 0, world);
        MPI_Recv(recv_buffer, size, MPI_BYTE, 1, 0, world, MPI_STATUS_IGNORE);
      } else if (rank == 1) {
        MPI_Recv(recv_buffer, size, MPI_BYTE, 0, 0, world, MPI_STATUS_IGNORE);
        MPI_Send(send_buffer, size, MPI_BYTE, 0, 0, world);
      }
      break;
  }
}

// Seconds of the slowest rank, known to all.
static double timed(char op, size_t bytes, long turns) {
  double slowest;
  MPI_Barrier(MPI_COMM_WORLD);
  double begin = seconds();
  for (long i = 0; i < turns; i++) turn(op, bytes);
  double took = seconds() - begin;
  MPI_Allreduce(&took, &slowest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return slowest;
}

static char letter(const char *op) {
  if (!strcmp(op, "allreduce")) return 'r';
  if (!strcmp(op, "allgather")) return 'g';
  if (!strcmp(op, "reducescatter")) return 's';
  if (!strcmp(op, "bcast")) return 'b';
  if (!strcmp(op, "sendrecv")) return 'p';
  fprintf(stderr, "no operation %s\n", op);
  MPI_Abort(MPI_COMM_WORLD, 2);
  return 0;
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &n);
  Plan plan = plan_of(argc, argv);
  if (n != plan.ranks) {
    fprintf(stderr, "%d processes were started for %d ranks\n", n, plan.ranks);
    MPI_Abort(MPI_COMM_WORLD, 2);
  }
  char op = letter(plan.op);
  int ways = op == 'p' ? 2 : 1;
  size_t most = largest_size(plan.sizes);
  send_buffer = pages(most, getenv("HUGE_PAGES") != NULL);
  recv_buffer = pages(most, getenv("HUGE_PAGES") != NULL);
  size_t bytes;
  for (const char *sizes = plan.sizes; (bytes = next_size(&sizes)) != 0;) {
    long turns = 1;
    double took;
    while (!enough_calls(turns, took = timed(op, bytes, turns), plan.budget)) turns = more_calls(turns, took, plan.budget);
    turns = more_calls(turns, took, plan.budget) < 2 ? 2 : more_calls(turns, took, plan.budget);
    for (int i = 0; i < plan.repetitions; i++) {
      took = timed(op, bytes, turns);
      if (rank == 0) line(&plan, bytes, took, turns * ways);
    }
  }
  MPI_Finalize();
  return 0;
}
