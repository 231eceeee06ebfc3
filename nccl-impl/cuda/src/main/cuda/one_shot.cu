// All-reduce, reduce-scatter and all-gather of small messages among GPUs of one process, in one step.
//
// Each rank stores its message into a slot of every other rank, in lines of 16 bytes: 4 bytes of data, a flag, 4 bytes of data,
// the flag again. A line is there when both its flags are those of the call, so there is no other meeting. Sums are folded in the
// order of the ranks, in float (rule KRN-03).
//
// Line i of a message is always the work of block (i / THREADS) % BLOCKS, on all ranks. Each block counts its own calls in device
// memory, so a kernel that a graph replays needs no argument that changes; the count is the flag. Slots are double: a rank that is
// in call e of a block has received something of call e - 1 from every peer, whose call e - 2 had ended before that.
//
// build.sh compiles this file; the PTX beside the classes has its hash.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define THREADS 512
#define BLOCKS 32
#define MAX_RANKS 8
// How many calls of a block lie between two cleanings: no flag is as old as the count takes to come round.
#ifndef CLEAN_EVERY
#define CLEAN_EVERY (1u << 30)
#endif

// In control: a count a block, then whether calls still run.
#define STATE BLOCKS
#define RUNS 0u
#define BROKEN 1u

// In notice, memory of the host.
#define ABORTED 0
#define MISSING 1

struct Line {
  u32 low, lowFlag, high, highFlag;
};

struct Call {
  const u8* send;
  u8* recv;
  u64 bytes;       // of one message
  u64 sendStride;  // from one peer's message to the next; 0 where all get the same
  u64 recvStride;  // from one peer's message to the next, of a gather
  u64 limit;       // nanoseconds that a rank is waited for
  u32* control;    // device memory of this rank
  u32* notice;     // memory of the host that the device sees
  Line* slots[MAX_RANKS];  // of each rank: [2][ranks][lines]
  u32 lines;       // that a slot has
  u32 rank;
  u32 ranks;
};

// ---- the machine

static __device__ __forceinline__ void put(Line* to, u32 low, u32 high, u32 flag) {
  asm volatile("st.volatile.global.v4.u32 [%0], {%1,%2,%3,%4};" ::"l"(to), "r"(low), "r"(flag), "r"(high), "r"(flag) : "memory");
}
static __device__ __forceinline__ Line get(const Line* from) {
  Line line;
  asm volatile("ld.volatile.global.v4.u32 {%0,%1,%2,%3}, [%4];"
               : "=r"(line.low), "=r"(line.lowFlag), "=r"(line.high), "=r"(line.highFlag)
               : "l"(from)
               : "memory");
  return line;
}
static __device__ __forceinline__ u32 look(const u32* at) { return *(const volatile u32*)at; }
static __device__ __forceinline__ void tell(u32* at, u32 what) { *(volatile u32*)at = what; }
static __device__ __forceinline__ u64 nanos() {
  u64 now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  return now;
}
// The kernel before this one has ended, all it wrote can be seen, and the next one may be made ready.
static __device__ __forceinline__ void begins() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
  asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}
static __device__ __forceinline__ float fromHalf(u16 bits) {
  float value;
  asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
  return value;
}
static __device__ __forceinline__ u16 toHalf(float value) {
  u16 bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
  return bits;
}
static __device__ __forceinline__ float fromBfloat16(u16 bits) { return __uint_as_float((u32)bits << 16); }
static __device__ __forceinline__ u16 toBfloat16(float value) {
  u16 bits;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(value));
  return bits;
}

// ---- eight bytes of a message

struct Word {
  u32 low, high;
};

// The last line of a message, and messages that begin anywhere.
extern "C" __device__ __noinline__ u64 loadBytes(const u8* from, u32 bytes) {
  u64 both = 0;
#pragma unroll 1
  for (u32 i = 0; i < bytes; i++) both |= (u64)from[i] << (8 * i);
  return both;
}
extern "C" __device__ __noinline__ void storeBytes(u8* to, u64 both, u32 bytes) {
#pragma unroll 1
  for (u32 i = 0; i < bytes; i++) to[i] = (u8)(both >> (8 * i));
}
static __device__ __forceinline__ Word load(const u8* from, u32 bytes, bool aligned) {
  u64 both = aligned && bytes == 8 ? *(const u64*)from : loadBytes(from, bytes);
  Word word = {(u32)both, (u32)(both >> 32)};
  return word;
}
static __device__ __forceinline__ void store(u8* to, Word word, u32 bytes, bool aligned) {
  u64 both = (u64)word.high << 32 | word.low;
  if (aligned && bytes == 8) *(u64*)to = both; else storeBytes(to, both, bytes);
}

struct Float32 {
  float a, b;
  __device__ __forceinline__ void set(Word w) { a = __uint_as_float(w.low); b = __uint_as_float(w.high); }
  __device__ __forceinline__ void add(Word w) { a = __fadd_rn(a, __uint_as_float(w.low)); b = __fadd_rn(b, __uint_as_float(w.high)); }
  __device__ __forceinline__ Word word() { Word w = {__float_as_uint(a), __float_as_uint(b)}; return w; }
};
template <float (*FROM)(u16), u16 (*TO)(float)> struct Float16 {
  float a, b, c, d;
  __device__ __forceinline__ void set(Word w) {
    a = FROM((u16)w.low); b = FROM((u16)(w.low >> 16)); c = FROM((u16)w.high); d = FROM((u16)(w.high >> 16));
  }
  __device__ __forceinline__ void add(Word w) {
    a = __fadd_rn(a, FROM((u16)w.low)); b = __fadd_rn(b, FROM((u16)(w.low >> 16)));
    c = __fadd_rn(c, FROM((u16)w.high)); d = __fadd_rn(d, FROM((u16)(w.high >> 16)));
  }
  __device__ __forceinline__ Word word() {
    Word w = {(u32)TO(a) | (u32)TO(b) << 16, (u32)TO(c) | (u32)TO(d) << 16};
    return w;
  }
};

// ---- the exchange

static __device__ __forceinline__ Line* slot(const Call& call, u32 owner, u32 from, u32 count) {
  return call.slots[owner] + (u64)((count & 1) * call.ranks + from) * call.lines;
}
static __device__ __forceinline__ u32 bytesOf(const Call& call, u64 line) {
  u64 left = call.bytes - line * 8;
  return left < 8 ? (u32)left : 8;
}

// Whether the caller waits no longer: the communicator was aborted, another thread gave up, or the rank has not come in time.
extern "C" __device__ __noinline__ bool givesUp(const Call& call, u32 from, u64* since) {
  if (look(call.control + STATE) == RUNS && look(call.notice + ABORTED) == 0) {
    u64 now = nanos();
    *since = *since == 0 ? now : *since;
    if (now - *since <= call.limit) return false;
    tell(call.notice + MISSING, from + 1);
  }
  tell(call.control + STATE, BROKEN);
  return true;
}

// A line of rank `from`; false if it is not waited for any longer. One thread of 32 looks at the host's memory often.
static __device__ __forceinline__ bool await(const Call& call, u64 line, u32 from, u32 count, Word* word) {
  const Line* at = slot(call, call.rank, from, count) + line;
  u32 often = threadIdx.x % 32 == 0 ? 1023 : 16383;
  u64 since = 0;
  for (u32 spins = 1;; spins++) {
    Line found = get(at);
    if (found.lowFlag == count && found.highFlag == count) {
      word->low = found.low;
      word->high = found.high;
      return true;
    }
    if ((spins & often) == 0 && givesUp(call, from, &since)) return false;
  }
}

static __device__ __forceinline__ void sendAll(const Call& call, u64 lines, u32 count, bool aligned) {
  for (u64 line = (u64)blockIdx.x * THREADS + threadIdx.x; line < lines; line += BLOCKS * THREADS) {
    u32 bytes = bytesOf(call, line);
    Word word;
#pragma unroll 1
    for (u32 i = 1; i < call.ranks; i++) {
      u32 peer = (call.rank + i) % call.ranks;
      if (i == 1 || call.sendStride != 0) word = load(call.send + peer * call.sendStride + line * 8, bytes, aligned);
      put(slot(call, peer, call.rank, count) + line, word.low, word.high, count);
    }
  }
}

template <class Sum> static __device__ __forceinline__ bool fold(const Call& call, u64 line, u32 count, bool aligned) {
  u32 bytes = bytesOf(call, line);
  Word own = load(call.send + call.rank * call.sendStride + line * 8, bytes, aligned);
  Sum sum;
#pragma unroll 1
  for (u32 from = 0; from < call.ranks; from++) {
    Word word = own;
    if (from != call.rank && !await(call, line, from, count, &word)) return false;
    if (from == 0) sum.set(word); else sum.add(word);
  }
  store(call.recv + line * 8, sum.word(), bytes, aligned);
  return true;
}

struct Gather {};
template <> __device__ __forceinline__ bool fold<Gather>(const Call& call, u64 line, u32 count, bool aligned) {
  u32 bytes = bytesOf(call, line);
  u8* own = call.recv + call.rank * call.recvStride;
  if (own != call.send) store(own + line * 8, load(call.send + line * 8, bytes, aligned), bytes, aligned);
#pragma unroll 1
  for (u32 i = 1; i < call.ranks; i++) {
    u32 from = (call.rank + i) % call.ranks;
    Word word;
    if (!await(call, line, from, count, &word)) return false;
    store(call.recv + from * call.recvStride + line * 8, word, bytes, aligned);
  }
  return true;
}

// Lines behind this message have flags of older calls; peers write there again when they have this rank's next message.
extern "C" __device__ __noinline__ void clean(const Call& call, u64 lines, u32 count) {
  for (u32 from = 0; from < call.ranks; from++) {
    Line* own = slot(call, call.rank, from, count);
    for (u64 line = (u64)blockIdx.x * THREADS + threadIdx.x; line < call.lines; line += BLOCKS * THREADS) {
      if (line >= lines) put(own + line, 0, 0, 0);
    }
  }
}

template <class Sum> static __device__ __forceinline__ void run(const Call& call) {
  begins();
  u32 count = look(call.control + blockIdx.x) + 1;
  if (count == 0) count = 2;  // 0 is what a clean line has; the next even one
  u64 lines = (call.bytes + 7) / 8;
  if (look(call.control + STATE) == RUNS) {
    bool aligned = (((u64)call.send | (u64)call.recv | call.sendStride | call.recvStride) & 7) == 0;
    sendAll(call, lines, count, aligned);
    for (u64 line = (u64)blockIdx.x * THREADS + threadIdx.x; line < lines; line += BLOCKS * THREADS) {
      if (!fold<Sum>(call, line, count, aligned)) break;
    }
    if ((count & (CLEAN_EVERY - 1)) < 2) clean(call, lines, count);
  }
  __syncthreads();
  if (threadIdx.x == 0) tell(call.control + blockIdx.x, count);
}

extern "C" __global__ void __launch_bounds__(THREADS) one_shot_sum_f32(const __grid_constant__ Call call) { run<Float32>(call); }
extern "C" __global__ void __launch_bounds__(THREADS) one_shot_sum_f16(const __grid_constant__ Call call) {
  run<Float16<fromHalf, toHalf>>(call);
}
extern "C" __global__ void __launch_bounds__(THREADS) one_shot_sum_bf16(const __grid_constant__ Call call) {
  run<Float16<fromBfloat16, toBfloat16>>(call);
}
extern "C" __global__ void __launch_bounds__(THREADS) one_shot_gather(const __grid_constant__ Call call) { run<Gather>(call); }
