// One collective over Gloo's TCP transport on the loopback interface, a process for each rank.
#include <gloo/allgather.h>
#include <gloo/allreduce.h>
#include <gloo/allreduce_halving_doubling.h>
#include <gloo/allreduce_ring_chunked.h>
#include <gloo/barrier.h>
#include <gloo/broadcast.h>
#include <gloo/math.h>
#include <gloo/reduce_scatter.h>
#include <gloo/rendezvous/context.h>
#include <gloo/rendezvous/file_store.h>
#include <gloo/transport/tcp/device.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench.h"

namespace {

using Call = std::function<void()>;

// One rank's connections, buffers and calls. GLOO_ALGORITHM chooses the all-reduce: ring, bcube, hd or chunked.
class Rank {
 public:
  Rank(const Plan& plan, int rank, const std::string& folder)
      : plan(plan), rank(rank), most(largest_size(plan.sizes)) {
    gloo::transport::tcp::attr address;
    address.hostname = "127.0.0.1";
    auto context = std::make_shared<gloo::rendezvous::Context>(rank, plan.ranks);
    context->setTimeout(std::chrono::seconds(60));
    gloo::rendezvous::FileStore store(folder);
    auto device = gloo::transport::tcp::CreateDevice(address);
    context->connectFullMesh(store, device);
    this->context = context;
    send = static_cast<float*>(pages(most, 0));
    recv = static_cast<float*>(pages(most, 0));
  }

  void run() {
    size_t bytes;
    for (const char* sizes = plan.sizes; (bytes = next_size(&sizes)) != 0;) {
      Call call = callOf(bytes);
      long turns = 1;
      double took;
      while (!enough_calls(turns, took = timed(call, turns), plan.budget)) turns = more_calls(turns, took, plan.budget);
      turns = std::max(2L, more_calls(turns, took, plan.budget));
      for (int i = 0; i < plan.repetitions; i++) {
        took = timed(call, turns);
        if (rank == 0) line(&plan, bytes, took, turns * (std::string(plan.op) == "sendrecv" ? 2 : 1));
      }
    }
    barrier();
  }

 private:
  void barrier() {
    gloo::BarrierOptions options(context);
    options.setTag(nextTag());
    gloo::barrier(options);
  }

  // Seconds of the slowest rank, known to all.
  double timed(const Call& call, long turns) {
    barrier();
    double begin = seconds();
    for (long i = 0; i < turns; i++) call();
    double took = seconds() - begin, slowest = 0;
    gloo::AllreduceOptions options(context);
    options.setInput(&took, 1);
    options.setOutput(&slowest, 1);
    options.setReduceFunction([](void* to, const void* a, const void* b, size_t) {
      *static_cast<double*>(to) = std::max(*static_cast<const double*>(a), *static_cast<const double*>(b));
    });
    options.setTag(nextTag());
    gloo::allreduce(options);
    return slowest;
  }

  Call callOf(size_t bytes) {
    std::string op = plan.op;
    size_t count = bytes / 4, n = static_cast<size_t>(plan.ranks);
    if (op == "allreduce") return allreduce(count);
    if (op == "allgather") {
      return [=] {
        gloo::AllgatherOptions options(context);
        options.setInput(reinterpret_cast<char*>(send), bytes / n);
        options.setOutput(reinterpret_cast<char*>(recv), bytes);
        options.setTag(nextTag());
        gloo::allgather(options);
      };
    }
    if (op == "reducescatter") {
      std::vector<int> shares(n, static_cast<int>(count / n));
      auto algorithm = std::make_shared<gloo::ReduceScatterHalvingDoubling<float>>(context, std::vector<float*>{recv}, count, shares);
      return [=] { algorithm->run(); };
    }
    if (op == "bcast") {
      return [=] {
        gloo::BroadcastOptions options(context);
        options.setOutput(reinterpret_cast<char*>(send), bytes);
        options.setRoot(0);
        options.setTag(nextTag());
        gloo::broadcast(options);
      };
    }
    return pingPong(bytes);
  }

  Call allreduce(size_t count) {
    const char* chosen = getenv("GLOO_ALGORITHM");
    std::string algorithm = chosen ? chosen : "ring";
    if (algorithm == "hd") {
      auto made = std::make_shared<gloo::AllreduceHalvingDoubling<float>>(context, std::vector<float*>{recv}, count);
      return [=] { made->run(); };
    }
    if (algorithm == "chunked") {
      auto made = std::make_shared<gloo::AllreduceRingChunked<float>>(context, std::vector<float*>{recv}, count);
      return [=] { made->run(); };
    }
    bool bcube = algorithm == "bcube";
    return [=] {
      gloo::AllreduceOptions options(context);
      options.setAlgorithm(bcube ? gloo::AllreduceOptions::Algorithm::BCUBE : gloo::AllreduceOptions::Algorithm::RING);
      options.setInput(send, count);
      options.setOutput(recv, count);
      options.setReduceFunction([](void* to, const void* a, const void* b, size_t m) {
        float* __restrict t = static_cast<float*>(to);
        const float *x = static_cast<const float*>(a), *y = static_cast<const float*>(b);
#pragma GCC ivdep
        for (size_t i = 0; i < m; i++) t[i] = x[i] + y[i];
      });
      options.setTag(nextTag());
      gloo::allreduce(options);
    };
  }

  Call pingPong(size_t bytes) {
    std::shared_ptr<gloo::transport::UnboundBuffer> out = context->createUnboundBuffer(send, bytes);
    std::shared_ptr<gloo::transport::UnboundBuffer> in = context->createUnboundBuffer(recv, bytes);
    return [=] {
      if (rank == 0) {
        out->send(1, 1);
        out->waitSend();
        in->recv(1, 1);
        in->waitRecv();
      } else if (rank == 1) {
        in->recv(0, 1);
        in->waitRecv();
        out->send(0, 1);
        out->waitSend();
      }
    };
  }

  uint32_t nextTag() { return tag += 2; }

  const Plan plan;
  const int rank;
  const size_t most;
  std::shared_ptr<gloo::Context> context;
  float *send, *recv;
  uint32_t tag = 10;
};

}  // namespace

int main(int argc, char** argv) {
  Plan plan = plan_of(argc, argv);
  char folder[] = "gloo-XXXXXX";
  if (!mkdtemp(folder)) return 3;
  for (int r = 0; r < plan.ranks; r++) {
    if (fork() == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      Rank(plan, r, folder).run();
      fflush(stdout);
      _exit(0);
    }
  }
  int status, bad = 0;
  for (int r = 0; r < plan.ranks; r++) {
    wait(&status);
    bad |= status;
  }
  std::string remove = std::string("rm -rf ") + folder;
  if (system(remove.c_str())) return 4;
  return bad != 0;
}
