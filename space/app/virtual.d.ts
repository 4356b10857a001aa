/** What the build says; the other virtual module, Python's files, is declared where it is used. */
declare module "virtual:deployment" {
  const deployment: import("./deployment").Deployment;
  export default deployment;
}
