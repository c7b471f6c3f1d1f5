/* An OPC UA server that is not node-opcua: open62541 of Debian, with one machine in it.
 * peer PORT FIRST [CERTIFICATE KEY TRUSTED]: it shows FIRST, and makes as many pieces as each line
 * of its input says. Answers each line with what it shows. With certificates it is SignAndEncrypt,
 * and lets in user "edge" with the password in the environment variable PEER_PASSWORD. */
#include <open62541/server.h>
#include <open62541/server_config_default.h>
#include <open62541/plugin/accesscontrol_default.h>
#include <open62541/plugin/log_stdout.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static UA_UInt16 space;
static UA_UInt32 shown;

static UA_NodeId id_of(const char *name) { return UA_NODEID_STRING(space, (char *)name); }

static void add(UA_Server *server, const char *name, const UA_DataType *type, void *value) {
  UA_VariableAttributes about = UA_VariableAttributes_default;
  UA_Variant_setScalar(&about.value, value, type);
  about.dataType = type->typeId;
  about.valueRank = -1;
  about.displayName = UA_LOCALIZEDTEXT("", (char *)name);
  UA_Server_addVariableNode(server, id_of(name), UA_NODEID_NUMERIC(0, UA_NS0ID_OBJECTSFOLDER),
                            UA_NODEID_NUMERIC(0, UA_NS0ID_ORGANIZES),
                            UA_QUALIFIEDNAME(space, (char *)name),
                            UA_NODEID_NUMERIC(0, UA_NS0ID_BASEDATAVARIABLETYPE), about, NULL, NULL);
}

static void show(UA_Server *server) {
  UA_DataValue value;
  UA_DataValue_init(&value);
  value.hasValue = true;
  UA_Variant_setScalar(&value.value, &shown, &UA_TYPES[UA_TYPES_UINT32]);
  value.hasSourceTimestamp = true;
  value.sourceTimestamp = UA_DateTime_now();
  UA_Server_writeDataValue(server, id_of("M1.Good"), value);
}

static UA_ByteString file(const char *path) {
  UA_ByteString bytes = UA_BYTESTRING_NULL;
  FILE *in = fopen(path, "rb");
  if (!in) { perror(path); exit(2); }
  fseek(in, 0, SEEK_END);
  bytes.length = (size_t)ftell(in);
  rewind(in);
  bytes.data = UA_malloc(bytes.length);
  if (fread(bytes.data, 1, bytes.length, in) != bytes.length) exit(3);
  fclose(in);
  return bytes;
}

static UA_StatusCode secure(UA_ServerConfig *config, UA_UInt16 port, char **argv) {
  UA_ByteString certificate = file(argv[3]), key = file(argv[4]), trusted = file(argv[5]);
  UA_StatusCode code = UA_ServerConfig_setDefaultWithSecurityPolicies(
      config, port, &certificate, &key, &trusted, 1, NULL, 0, NULL, 0);
  if (code != UA_STATUSCODE_GOOD) return code;
  UA_String_clear(&config->applicationDescription.applicationUri);
  config->applicationDescription.applicationUri = UA_STRING_ALLOC("urn:holdfast:peer");
  for (size_t i = 0; i < config->endpointsSize; i++) {
    UA_String_clear(&config->endpoints[i].server.applicationUri);
    config->endpoints[i].server.applicationUri = UA_STRING_ALLOC("urn:holdfast:peer");
  }
  UA_UsernamePasswordLogin login = {UA_STRING_STATIC("edge"), UA_STRING(getenv("PEER_PASSWORD"))};
  return UA_AccessControl_default(config, false, NULL, 1, &login);
}

int main(int argc, char **argv) {
  UA_UInt16 port = (UA_UInt16)atoi(argv[1]);
  shown = (UA_UInt32)strtoul(argv[2], NULL, 10);
  UA_ServerConfig config;
  memset(&config, 0, sizeof config);
  config.logging = UA_Log_Stdout_new(UA_LOGLEVEL_FATAL);
  UA_StatusCode code = argc > 5 ? secure(&config, port, argv)
                                : UA_ServerConfig_setMinimal(&config, port, NULL);
  if (code != UA_STATUSCODE_GOOD) { fprintf(stderr, "%s\n", UA_StatusCode_name(code)); return 1; }
  config.publishingIntervalLimits.min = 50;
  config.samplingIntervalLimits.min = 10;
  UA_Server *server = UA_Server_newWithConfig(&config);
  space = UA_Server_addNamespace(server, "http://holdfast.example/machines/");
  UA_UInt32 scrap = 0;
  UA_Int32 state = 6, mode = 1;
  add(server, "M1.Good", &UA_TYPES[UA_TYPES_UINT32], &shown);
  add(server, "M1.Scrap", &UA_TYPES[UA_TYPES_UINT32], &scrap);
  add(server, "M1.Status.StateCurrent", &UA_TYPES[UA_TYPES_INT32], &state);
  add(server, "M1.Status.UnitModeCurrent", &UA_TYPES[UA_TYPES_INT32], &mode);
  if (UA_Server_run_startup(server) != UA_STATUSCODE_GOOD) return 1;
  fcntl(0, F_SETFL, O_NONBLOCK);
  printf("ready\n");
  fflush(stdout);
  char line[256];
  size_t used = 0;
  for (;;) {
    UA_Server_run_iterate(server, false);
    usleep(2000);
    ssize_t got = read(0, line + used, 1);
    if (got == 0) return 0; /* whoever started it is gone */
    if (got != 1) continue;
    if (line[used] != '\n') { if (used < sizeof line - 2) used++; continue; }
    line[used] = 0;
    used = 0;
    for (unsigned long n = strtoul(line, NULL, 10); n > 0; n--) { shown++; show(server); }
    printf("%u\n", shown);
    fflush(stdout);
  }
}
