/* An OPC UA server that shares no code with ours: PackTags and plain counters on open62541 1.4.
 *
 * argv: port, file of its memory, bits of its counters, 1 if they have a sign, where they begin,
 * port that it tells clients, then nothing, or the certificate and the key (DER), the user, the
 * password, and * or the certificate of the one client that it trusts, if there is such a file: with
 * them it takes Basic256Sha256 with signature and encryption only.
 *
 * It is told what to do by lines on stdin, and answers each with a line of JSON: what is true then.
 * Its memory is a file that is mapped, so that SIGKILL loses nothing of what a client has read. */
#include <open62541/plugin/accesscontrol_default.h>
#include <open62541/plugin/log_stdout.h>
#include <open62541/plugin/pki_default.h>
#include <open62541/server.h>
#include <open62541/server_config_default.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define UNIT "Filler"
#define SESSIONS_MAX 64
#define REMEMBER_MAX 51

enum { PROCESSED, DEFECTIVE, GOOD, REGISTERS };

/* What it keeps without power. */
typedef struct {
  UA_UInt32 begun;
  UA_Int32 state, mode;
  UA_Int64 shown[REGISTERS], made[REGISTERS];
} Memory;

/* What its counters were told to be, and when that was. */
typedef struct {
  UA_Int64 shown[REGISTERS];
  UA_DateTime at;
} Told;

static Memory *memory;
static Told told[REMEMBER_MAX];
static size_t toldCount;
static UA_Server *server;
static UA_UInt16 own;
static int bits, isSigned;
static UA_Double level = 20;
static UA_Int64 shiftMs;
static UA_StatusCode quality = UA_STATUSCODE_GOOD;
static double perS, owed;
static UA_UInt32 badPerMille, dice = 1;
static UA_DateTime lastTick;
static char user[128], password[128];
static UA_NodeId sessions[SESSIONS_MAX];
static size_t sessionCount;

static void fail(const char *what, UA_StatusCode status) {
  fprintf(stderr, "peer: %s: %s\n", what, UA_StatusCode_name(status));
  exit(1);
}

static UA_Int64 firstOf(void) { return isSigned ? -((UA_Int64)1 << (bits - 1)) : 0; }

static UA_Int64 advance(UA_Int64 value, UA_Int64 by) {
  UA_Int64 first = firstOf();
  return (value - first + by) % ((UA_Int64)1 << bits) + first;
}

/* The smallest type that holds a counter of that width. */
static const UA_DataType *counterType(void) {
  if(bits <= 16) return &UA_TYPES[isSigned ? UA_TYPES_INT16 : UA_TYPES_UINT16];
  return &UA_TYPES[isSigned ? UA_TYPES_INT32 : UA_TYPES_UINT32];
}

static void add(char *name, const UA_DataType *type) {
  UA_UInt64 zero = 0;
  char id[96];
  snprintf(id, sizeof id, UNIT ".%s", name);
  UA_VariableAttributes attributes = UA_VariableAttributes_default;
  UA_Variant_setScalar(&attributes.value, &zero, type);
  attributes.dataType = type->typeId;
  attributes.displayName = UA_LOCALIZEDTEXT("en", id);
  attributes.accessLevel = UA_ACCESSLEVELMASK_READ;
  UA_StatusCode status = UA_Server_addVariableNode(
      server, UA_NODEID_STRING(own, id), UA_NODEID_NUMERIC(0, UA_NS0ID_OBJECTSFOLDER),
      UA_NODEID_NUMERIC(0, UA_NS0ID_ORGANIZES), UA_QUALIFIEDNAME(own, id),
      UA_NODEID_NUMERIC(0, UA_NS0ID_BASEDATAVARIABLETYPE), attributes, NULL, NULL);
  if(status != UA_STATUSCODE_GOOD) fail(id, status);
}

static void tell(const char *name, const UA_DataType *type, void *value, UA_DateTime at) {
  char id[96];
  snprintf(id, sizeof id, UNIT ".%s", name);
  UA_DataValue data;
  UA_DataValue_init(&data);
  UA_Variant_setScalar(&data.value, value, type);
  data.hasValue = data.hasStatus = data.hasSourceTimestamp = true;
  data.status = quality;
  data.sourceTimestamp = at;
  UA_Server_writeDataValue(server, UA_NODEID_STRING(own, id), data);
}

/* A counter's bytes are the low ones of the register, on machines that begin with the lowest. */
static void tellCounters(Told *one) {
  const UA_DataType *counter = counterType();
  tell("Total", counter, &one->shown[PROCESSED], one->at);
  tell("Good", counter, &one->shown[GOOD], one->at);
  tell("Scrap", counter, &one->shown[DEFECTIVE], one->at);
  tell("Admin.ProdProcessedCount[0].AccCount", counter, &one->shown[PROCESSED], one->at);
  tell("Admin.ProdDefectiveCount[0].AccCount", counter, &one->shown[DEFECTIVE], one->at);
}

static void tellAll(void) {
  Told now = {.at = UA_DateTime_now() + shiftMs * UA_DATETIME_MSEC};
  memcpy(now.shown, memory->shown, sizeof now.shown);
  tellCounters(&now);
  tell("Status.StateCurrent", &UA_TYPES[UA_TYPES_INT32], &memory->state, now.at);
  tell("Status.UnitModeCurrent", &UA_TYPES[UA_TYPES_INT32], &memory->mode, now.at);
  tell("Level", &UA_TYPES[UA_TYPES_DOUBLE], &level, now.at);
  if(toldCount > 0 && memcmp(told[toldCount - 1].shown, now.shown, sizeof now.shown) == 0) return;
  if(toldCount == REMEMBER_MAX) memmove(told, told + 1, --toldCount * sizeof(Told));
  told[toldCount++] = now;
}

/* The last values of the counters once more, oldest first, as they were told; then those of now. */
static void repeat(size_t last) {
  size_t from = toldCount > last + 1 ? toldCount - last - 1 : 0;
  for(; from < toldCount; from++) tellCounters(&told[from]), UA_Server_run_iterate(server, false);
}

static void addAll(void) {
  const UA_DataType *counter = counterType();
  add("Total", counter);
  add("Good", counter);
  add("Scrap", counter);
  add("Admin.ProdProcessedCount[0].AccCount", counter);
  add("Admin.ProdDefectiveCount[0].AccCount", counter);
  add("Status.StateCurrent", &UA_TYPES[UA_TYPES_INT32]);
  add("Status.UnitModeCurrent", &UA_TYPES[UA_TYPES_INT32]);
  add("Level", &UA_TYPES[UA_TYPES_DOUBLE]);
  add("Status.MachSpeed", &UA_TYPES[UA_TYPES_FLOAT]);
}

static void make(UA_Int64 good, UA_Int64 bad) {
  UA_Int64 made[REGISTERS] = {good + bad, bad, good};
  for(int index = 0; index < REGISTERS; index++) {
    memory->shown[index] = advance(memory->shown[index], made[index]);
    memory->made[index] += made[index];
  }
}

static UA_UInt32 rolled(UA_UInt32 limit) {
  dice = dice * 1664525u + 1013904223u;
  return (UA_UInt32)(((UA_UInt64)dice * limit) >> 32);
}

static void produce(void) {
  UA_DateTime now = UA_DateTime_nowMonotonic();
  double elapsedS = (double)(now - lastTick) / (double)UA_DATETIME_SEC;
  lastTick = now;
  owed = memory->state == 6 ? owed + perS * elapsedS : 0;
  if(owed < 1) return;
  for(; owed >= 1; owed -= 1) {
    int bad = rolled(1000) < badPerMille;
    make(!bad, bad);
  }
  tellAll();
}

static UA_StatusCode login(const UA_String *name, const UA_ByteString *given, size_t count,
                           const UA_UsernamePasswordLogin *logins, void **session, void *context) {
  UA_String wantedName = UA_STRING(user), wanted = UA_STRING(password);
  int right = UA_String_equal(name, &wantedName) && UA_String_equal(given, &wanted);
  return right ? UA_STATUSCODE_GOOD : UA_STATUSCODE_BADUSERACCESSDENIED;
}

typedef UA_StatusCode (*Activate)(UA_Server *, UA_AccessControl *, const UA_EndpointDescription *,
                                  const UA_ByteString *, const UA_NodeId *,
                                  const UA_ExtensionObject *, void **);
static Activate activateBefore;

/* Remembers who has come, so that their sessions can be ended. */
static UA_StatusCode activate(UA_Server *from, UA_AccessControl *access,
                              const UA_EndpointDescription *endpoint, const UA_ByteString *remote,
                              const UA_NodeId *id, const UA_ExtensionObject *token, void **context) {
  UA_StatusCode status = activateBefore(from, access, endpoint, remote, id, token, context);
  if(status == UA_STATUSCODE_GOOD && sessionCount < SESSIONS_MAX)
    UA_NodeId_copy(id, &sessions[sessionCount++]);
  return status;
}

static void expire(void) {
  for(size_t index = 0; index < sessionCount; index++) {
    UA_Server_closeSession(server, &sessions[index]);
    UA_NodeId_clear(&sessions[index]);
  }
  sessionCount = 0;
}

static void sayTruth(void) {
  printf("{\"state\":%d,\"mode\":%d", memory->state, memory->mode);
  for(int made = 0; made < 2; made++) {
    UA_Int64 *from = made ? memory->made : memory->shown;
    printf(",\"%s\":{\"processed\":%lld,\"defective\":%lld,\"good\":%lld}", made ? "made" : "shown",
           (long long)from[PROCESSED], (long long)from[DEFECTIVE], (long long)from[GOOD]);
  }
  printf("}\n");
  fflush(stdout);
}

/* One line of what to do; false if it is none. */
static int obey(const char *line) {
  long long one, two = 0;
  char word[128];
  if(sscanf(line, "make %lld %lld", &one, &two) == 2) make(one, two);
  else if(sscanf(line, "produce %lld %lld", &one, &two) == 2) perS = (double)one, badPerMille = two;
  else if(sscanf(line, "state %lld", &one) == 1) memory->state = (UA_Int32)one;
  else if(sscanf(line, "mode %lld", &one) == 1) memory->mode = (UA_Int32)one;
  else if(sscanf(line, "level %lld", &one) == 1) level = (double)one / 1000;
  else if(sscanf(line, "shiftTime %lld", &one) == 1) shiftMs = one;
  else if(sscanf(line, "quality %lld", &one) == 1) quality = (UA_StatusCode)one;
  else if(sscanf(line, "password %127s", word) == 1) strcpy(password, word);
  else if(strncmp(line, "expireSessions", 14) == 0) expire();
  else if(sscanf(line, "repeat %lld", &one) == 1) repeat((size_t)one);
  else if(sscanf(line, "floodPieces %lld", &one) == 1) {
    for(; one > 0; one--) make(1, 0), tellAll(), UA_Server_run_iterate(server, false);
  } else if(sscanf(line, "floodLevel %lld", &one) == 1) {
    for(two = 0; two < one; two++)
      level = (double)two / 1000, tellAll(), UA_Server_run_iterate(server, false);
  } else return strncmp(line, "truth", 5) == 0;
  tellAll();
  return 1;
}

static UA_ByteString readFile(const char *path) {
  UA_ByteString bytes = UA_BYTESTRING_NULL;
  FILE *file = fopen(path, "rb");
  if(!file) fail(path, UA_STATUSCODE_BADNOTFOUND);
  fseek(file, 0, SEEK_END);
  UA_ByteString_allocBuffer(&bytes, (size_t)ftell(file));
  rewind(file);
  if(fread(bytes.data, 1, bytes.length, file) != bytes.length) fail(path, UA_STATUSCODE_BADDECODINGERROR);
  fclose(file);
  return bytes;
}

/* The certificates of clients that it takes. A list that is empty would be any: its own is in it. */
static UA_StatusCode trust(UA_ServerConfig *config, UA_ByteString own, const char *client) {
  UA_CertificateVerification *both[2] = {&config->secureChannelPKI, &config->sessionPKI};
  UA_ByteString list[2] = {own, UA_BYTESTRING_NULL};
  size_t count = 1;
  UA_StatusCode status = UA_STATUSCODE_GOOD;
  int any = strcmp(client, "*") == 0;
  if(!any && access(client, R_OK) == 0) list[count++] = readFile(client);
  for(size_t index = 0; index < 2; index++) {
    if(any) UA_CertificateVerification_AcceptAll(both[index]);
    else status |= UA_CertificateVerification_Trustlist(both[index], list, count, NULL, 0, NULL, 0);
  }
  return status;
}

static void secure(UA_ServerConfig *config, UA_UInt16 port, char **argv) {
  UA_ByteString certificate = readFile(argv[0]), key = readFile(argv[1]);
  snprintf(user, sizeof user, "%s", argv[2]);
  snprintf(password, sizeof password, "%s", argv[3]);
  UA_StatusCode status = UA_ServerConfig_setBasics_withPort(config, port);
  status |= trust(config, certificate, argv[4]);
  UA_String_clear(&config->applicationDescription.applicationUri);
  config->applicationDescription.applicationUri = UA_STRING_ALLOC("urn:holdfast:peer:server");
  /* Without encryption a client may ask for the endpoints only. */
  config->securityPolicyNoneDiscoveryOnly = true;
  status |= UA_ServerConfig_addSecurityPolicyNone(config, &certificate);
  status |= UA_ServerConfig_addSecurityPolicyBasic256Sha256(config, &certificate, &key);
  status |= UA_ServerConfig_addEndpoint(
      config, UA_STRING("http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256"),
      UA_MESSAGESECURITYMODE_SIGNANDENCRYPT);
  UA_UsernamePasswordLogin known = {UA_STRING(user), UA_STRING(password)};
  status |= UA_AccessControl_defaultWithLoginCallback(config, false, NULL, 1, &known, login, NULL);
  if(status != UA_STATUSCODE_GOOD) fail("certificate, key or user", status);
}

static void remember(const char *path, UA_Int64 begin) {
  int file = open(path, O_RDWR | O_CREAT, 0600);
  if(file < 0 || ftruncate(file, sizeof(Memory)) != 0) fail(path, UA_STATUSCODE_BADOUTOFMEMORY);
  memory = mmap(NULL, sizeof(Memory), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if(memory == MAP_FAILED) fail(path, UA_STATUSCODE_BADOUTOFMEMORY);
  if(memory->begun) return;
  memory->state = 6;
  memory->mode = 1;
  memory->shown[PROCESSED] = memory->shown[GOOD] = begin;
  memory->begun = 1;
}

static void advertise(UA_ServerConfig *config, const char *port) {
  char url[64];
  snprintf(url, sizeof url, "opc.tcp://127.0.0.1:%s", port);
  for(size_t index = 0; index < config->endpointsSize; index++) {
    UA_String_clear(&config->endpoints[index].endpointUrl);
    config->endpoints[index].endpointUrl = UA_STRING_ALLOC(url);
  }
}

/* Lines come while the server works; it ends with its stdin. */
static void serve(void) {
  char line[256];
  size_t length = 0;
  struct pollfd input = {STDIN_FILENO, POLLIN, 0};
  for(;;) {
    UA_Server_run_iterate(server, false);
    produce();
    if(poll(&input, 1, 5) <= 0) continue;
    char byte;
    if(read(STDIN_FILENO, &byte, 1) <= 0) return;
    for(;;) {
      if(byte == '\n' || length == sizeof line - 1) break;
      line[length++] = byte;
      if(read(STDIN_FILENO, &byte, 1) <= 0) return;
    }
    line[length] = '\0';
    length = 0;
    if(obey(line)) sayTruth();
    else printf("{\"unknown\":true}\n"), fflush(stdout);
  }
}

int main(int argc, char **argv) {
  if(argc != 7 && argc != 12) return 2;
  UA_UInt16 port = (UA_UInt16)atoi(argv[1]);
  bits = atoi(argv[3]);
  isSigned = atoi(argv[4]);
  remember(argv[2], atoll(argv[5]));
  UA_ServerConfig config;
  memset(&config, 0, sizeof config);
  config.logging = UA_Log_Stdout_new(UA_LOGLEVEL_FATAL);
  if(argc == 12) secure(&config, port, argv + 7);
  else UA_ServerConfig_setMinimal(&config, port, NULL);
  char url[64];
  snprintf(url, sizeof url, "opc.tcp://127.0.0.1:%u", port);
  UA_String address = UA_STRING(url);
  UA_Array_delete(config.serverUrls, config.serverUrlsSize, &UA_TYPES[UA_TYPES_STRING]);
  config.serverUrlsSize = 1;
  UA_Array_copy(&address, 1, (void **)&config.serverUrls, &UA_TYPES[UA_TYPES_STRING]);
  config.publishingIntervalLimits.min = 20;
  config.samplingIntervalLimits.min = 0;
  activateBefore = config.accessControl.activateSession;
  config.accessControl.activateSession = activate;
  advertise(&config, argv[6]);
  server = UA_Server_newWithConfig(&config);
  if(!server) fail("server", UA_STATUSCODE_BADINTERNALERROR);
  own = UA_Server_addNamespace(server, "urn:holdfast:machine");
  addAll();
  tellAll();
  UA_StatusCode status = UA_Server_run_startup(server);
  if(status != UA_STATUSCODE_GOOD) fail("start", status);
  lastTick = UA_DateTime_nowMonotonic();
  sayTruth();
  serve();
  UA_Server_run_shutdown(server);
  UA_Server_delete(server);
  return 0;
}
